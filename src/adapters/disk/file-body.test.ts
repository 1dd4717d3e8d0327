import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FileBody } from './file-body.ts';

const bytes = randomBytes(1_500_001);
let folder: string;
let file: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-body-'));
  file = join(folder, 'file');
  await writeFile(file, bytes);
});
after(() => rm(folder, { recursive: true }));

const body = async (start = 0, end = bytes.length - 1) => new FileBody(await open(file), { start, end });

/** Takes its time, and looks at the bytes only at the end of it: they must still be the same by then. */
function slowly(): { to: Writable; taken: Buffer[] } {
  const taken: Buffer[] = [];
  const to = new Writable({
    async write(chunk: Buffer, _encoding, done) {
      await delay(2);
      taken.push(Buffer.from(chunk));
      done();
    },
  });
  return { to, taken };
}

for (const [start, end] of [
  [0, bytes.length - 1],
  [7, 7],
  [131_072, 262_143],
  [99, 1_200_000],
] as const) {
  test(`bytes ${start} to ${end} come whole, piped, in a pipeline and read`, async () => {
    const wanted = bytes.subarray(start, end + 1);
    const piped = slowly();
    (await body(start, end)).pipe(piped.to);
    await once(piped.to, 'finish');
    assert.ok(Buffer.concat(piped.taken).equals(wanted));

    const lined = slowly();
    await pipeline(await body(start, end), lined.to);
    assert.ok(Buffer.concat(lined.taken).equals(wanted));

    const read: Buffer[] = [];
    for await (const chunk of await body(start, end)) {
      await delay(0);
      read.push(chunk);
    }
    assert.ok(Buffer.concat(read).equals(wanted));
  });
}

test('it goes out over HTTP, and closes the file when the other side leaves', async () => {
  const bodies: FileBody[] = [];
  const server = createServer(async (_request, response) => {
    const sent = await body();
    bodies.push(sent);
    response.setHeader('content-length', bytes.length);
    sent.pipe(response);
  });
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async () => (await once(get({ port, agent: false }), 'response'))[0] as IncomingMessage;
  const parts: Buffer[] = [];
  for await (const part of await ask()) parts.push(part);
  assert.ok(Buffer.concat(parts).equals(bytes));
  const left = await ask();
  left.destroy();
  for (const each of bodies) if (!each.closed) await once(each, 'close');
  server.close();
});

test('a file that has become shorter is an error and not an end', async () => {
  const { to } = slowly();
  const sent = await body(0, bytes.length + 10);
  await assert.rejects(pipeline(sent, to), /shorter/);
});
