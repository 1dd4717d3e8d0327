import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Commit, Records } from '../../ports/records/records.ts';
import { put, transfersWorld } from '../../roles/test-transfers.ts';
import { inPieces, noBound } from '../contents/test-contents.ts';

/** Engines where a file and its content are one commit. */
function whole(): Records {
  const { records } = createMemoryStore({});
  const commit = async (each: Commit) => {
    await turn();
    const result = await records.commit(each);
    await turn();
    return result;
  };
  return { ...records, commit, commitsWhole: true };
}

test('XFER-1: many bring the same and other small files at once, into two drives', async () => {
  const w = await transfersWorld({ records: whole() });
  const bytesOf = (i: number) => Buffer.from(i % 3 === 0 ? `own ${i}` : 'everybody has this');
  const answers = await Promise.all(
    Array.from({ length: 120 }, (_, i) => put(w, `/${i}`, bytesOf(i), {}, i % 2 ? w.ann : w.bob)),
  );
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
  w.clock.advance(60_000);
  await w.collect();
  for (const [i, { json }] of answers.entries()) {
    const got = await w.ask(i % 2 ? w.ann : w.bob, 'GET', `/v1/files/${json.id}/content`);
    assert.ok(bytesOf(i).equals(got.bytes), `file ${i}`);
  }
});

test('XFER-1: a small file that is refused leaves nothing, and its bytes can come again', async () => {
  const w = await transfersWorld({ records: whole() });
  const first = await put(w, '/a', Buffer.from('first'));
  const races = await Promise.all(
    ['x', 'y', 'x'].map((text) =>
      put(w, '/a', Buffer.from(text), { 'if-match': first.headers['etag'] as string }),
    ),
  );
  assert.deepEqual(races.map(({ status }) => status).sort(), [200, 412, 412]);
  for (const text of ['x', 'y']) assert.equal((await put(w, `/${text}`, Buffer.from(text))).status, 201);
});

test('XFER-1: a small file whose bytes wait for a day before they are used is refused, not lost', async () => {
  const w = await transfersWorld({ records: whole() });
  const content = await w.contents.place(w.ann.userId, inPieces(Buffer.from('late')), noBound);
  w.clock.advance(30 * 3_600_000);
  await w.collect();
  await assert.rejects(w.files.write(w.ann, { path: '/a' }, { content }), /took so long/);
  assert.equal((await put(w, '/a', Buffer.from('late'))).status, 201);
});

test('XFER-1: many requests that come again at once are all answered by what was done', async () => {
  const w = await transfersWorld({ records: whole() });
  const send = () =>
    Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const content = await w.contents.place(w.ann.userId, inPieces(Buffer.from(`${i}`)), noBound);
        const claim = { userId: w.ann.userId, key: `k${i}`, bodyHash: 'x' };
        return (await w.files.write(w.ann, { path: `/${i}` }, { content, claim })).node.id;
      }),
    );
  assert.deepEqual(await send(), await send());
});
