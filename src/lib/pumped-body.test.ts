import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { PumpedBody } from './pumped-body.ts';

const bufferBytes = 64 * 1024;
const buffers = 40;

/** Each buffer full of its number. */
class Numbered extends PumpedBody {
  #filled = 0;
  constructor() {
    super(bufferBytes);
  }
  protected override async fill(into: Buffer): Promise<Buffer | null> {
    return this.#filled === buffers ? null : into.fill(this.#filled++);
  }
  protected override async close(): Promise<void> {}
}

const numbersIn = (bytes: Buffer) =>
  Array.from({ length: bytes.length / bufferBytes }, (_, i) => [
    bytes[i * bufferBytes],
    bytes[(i + 1) * bufferBytes - 1],
  ]);
const wanted = Array.from({ length: buffers }, (_, i) => [i, i]);

/** Takes its time, so that what came before still waits in the transform when more comes. */
function slowly(taken: Buffer[]): Writable {
  return new Writable({
    write(bytes: Buffer, _encoding, done) {
      setImmediate(() => {
        taken.push(Buffer.from(bytes));
        done();
      });
    },
  });
}

test('what is piped through a transform that keeps it for a while comes out as it went in', async () => {
  const taken: Buffer[] = [];
  const passing = new Transform({ transform: (bytes, _encoding, done) => done(null, bytes) });
  await pipeline(new Numbered(), passing, slowly(taken));
  assert.deepEqual(numbersIn(Buffer.concat(taken)), wanted);
});

test('an answer brings all of it', async () => {
  const server = createServer((_request, response) => new Numbered().pipe(response)).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  const bytes = await new Promise<Buffer>((resolve, reject) =>
    get({ port, host: '127.0.0.1' }, (answer) => buffer(answer).then(resolve, reject)),
  );
  assert.deepEqual(numbersIn(bytes), wanted);
  server.close();
});
