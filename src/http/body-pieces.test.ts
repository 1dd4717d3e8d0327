import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { bodyPieces } from './body-pieces.ts';

test('gives all bytes in the pieces they came in, also to whoever takes its time', async () => {
  const sent = Array.from({ length: 100 }, (_, i) => randomBytes(1 + i * 997));
  const taken: Uint8Array[] = [];
  for await (const piece of bodyPieces(Readable.from(sent, { objectMode: false }))) {
    await new Promise((resolve) => setImmediate(resolve));
    taken.push(piece);
  }
  assert.equal(Buffer.compare(Buffer.concat(taken), Buffer.concat(sent)), 0);
});

test('holds little of what nobody takes', async () => {
  let made = 0;
  const body = Readable.from(
    (function* () {
      for (; made < 1000; made++) yield Buffer.alloc(64 * 1024);
    })(),
    { objectMode: false },
  );
  const pieces = bodyPieces(body)[Symbol.asyncIterator]();
  await pieces.next();
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(made < 20, `${made} pieces`);
});

test('fails where the body breaks off, before or while it is read', async () => {
  const body = new PassThrough();
  body.write('a');
  const pieces = bodyPieces(body)[Symbol.asyncIterator]();
  assert.equal(String((await pieces.next()).value), 'a');
  const next = assert.rejects(pieces.next(), /gone/);
  body.destroy(new Error('gone'));
  await next;
  await assert.rejects(bodyPieces(body)[Symbol.asyncIterator]().next(), /gone/);
  const silent = new PassThrough();
  silent.destroy();
  await once(silent, 'close');
  await assert.rejects(bodyPieces(silent)[Symbol.asyncIterator]().next(), /broke off/);
});

test('leaves the rest of the body to others', async () => {
  const body = new PassThrough();
  body.write('one');
  for await (const _ of bodyPieces(body)) break;
  assert.equal(body.destroyed, false);
  body.end('two');
  assert.equal(Buffer.concat(await body.toArray()).toString(), 'two');
});
