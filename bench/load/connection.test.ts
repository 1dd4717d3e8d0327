import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { test } from 'node:test';
import { Connection } from './connection.ts';
import { requestBytes } from './request-file.ts';

async function listen(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

const withHttp = (answer: RequestListener, use: (port: number) => Promise<void>) =>
  listen(createServer(answer), use);

test('reads answers with a length, in chunks and without a body, one after another', async () => {
  const answers: RequestListener = ({ url }, response) => {
    if (url === '/length') response.end('x'.repeat(300_000));
    else if (url === '/chunks') {
      response.write('one ');
      setImmediate(() => response.end('two'));
    } else response.writeHead(204).end();
  };
  await withHttp(answers, async (port) => {
    const connection = await Connection.open({ port, keepBody: true });
    const ask = (path: string) => connection.request(requestBytes({ path }));
    for (let round = 0; round < 2; round++) {
      assert.equal((await ask('/length')).body.length, 300_000);
      const { status, body } = await ask('/chunks');
      assert.equal(status, 200);
      assert.match(body, /one .*two/s);
      assert.deepEqual([(await ask('/none')).status, connection.idle], [204, true]);
    }
    connection.close();
  });
});

test('reads a header that comes in pieces', async () => {
  const server = createSocketServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 201 Created\r\nconte');
      setImmediate(() => socket.write('nt-length: 2\r\n\r\no'));
      setImmediate(() => setImmediate(() => socket.write('k')));
    });
  });
  await listen(server, async (port) => {
    const connection = await Connection.open({ port, keepBody: true });
    const { status, body } = await connection.request(requestBytes({ path: '/' }));
    assert.deepEqual([status, body], [201, 'ok']);
    connection.close();
  });
});

test('a connection that breaks fails the request under way', async () => {
  const server = createSocketServer((socket) => socket.once('data', () => socket.destroy()));
  await listen(server, async (port) => {
    const connection = await Connection.open({ port });
    await assert.rejects(connection.request(requestBytes({ path: '/' })), /closed/);
  });
});
