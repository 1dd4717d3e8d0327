/** What every blob store must do. Each implementation's test file calls this once. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Blobs, BlobsError, type BlobsErrorKind, partBytesMin } from './blobs.ts';

export interface ContractOptions {
  /** An empty store. */
  create: () => Promise<{ blobs: Blobs; dispose: () => Promise<void> }>;
}

const text = { type: 'text/plain' };
export const bytesOf = (content: string): Buffer => Buffer.from(content);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const fails = (kind: BlobsErrorKind) => (error: unknown) => {
  assert.ok(error instanceof BlobsError, String(error));
  assert.equal(error.kind, kind);
  return true;
};

export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* pieces(bytes: Uint8Array, pieceBytes: number) {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Bytes that differ everywhere, so that a piece in the wrong place shows. */
export function variedBytes(count: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export function blobsContract(name: string, { create }: ContractOptions): void {
  const each = (title: string, body: (blobs: Blobs) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const { blobs, dispose } = await create();
      try {
        await body(blobs);
      } finally {
        await dispose();
      }
    });
  wholeBlobs(each);
  listing(each);
  multipart(each);
}

type Each = (title: string, body: (blobs: Blobs) => Promise<void>) => void;

function wholeBlobs(each: Each): void {
  each('keeps bytes, size and type, of any size, from bytes or a stream', async (blobs) => {
    const sizes = [0, 1, 255, 65_536, 9_000_001];
    for (const size of sizes) {
      const bytes = variedBytes(size);
      const at = `sizes/${size}`;
      const put = await blobs.put(at, pieces(bytes, 100_003), { type: 'image/webp', sizeBytes: size });
      assert.deepEqual([put.name, put.type, put.sizeBytes], [at, 'image/webp', size]);
      const { body, start, end, ...info } = await blobs.get(at);
      assert.deepEqual([info.type, info.sizeBytes, start, end], ['image/webp', size, 0, size - 1]);
      assert.ok(bytes.equals(await readWhole(body)), `${size} bytes`);
      assert.deepEqual((await blobs.stat(at))?.sizeBytes, size);
    }
    await blobs.put('direct', bytesOf('as bytes'), text);
    assert.equal(String(await readWhole((await blobs.get('direct')).body)), 'as bytes');
  });

  each('gives any range, and says what it gives', async (blobs) => {
    const bytes = variedBytes(1000);
    await blobs.put('r', bytes, text);
    const ranges: [Parameters<Blobs['get']>[1], number, number][] = [
      [{ range: { start: 0, end: 0 } }, 0, 0],
      [{ range: { start: 10, end: 19 } }, 10, 19],
      [{ range: { start: 990 } }, 990, 999],
      [{ range: { start: 990, end: 5000 } }, 990, 999],
      [{ range: { last: 7 } }, 993, 999],
      [{ range: { last: 5000 } }, 0, 999],
    ];
    for (const [options, start, end] of ranges) {
      const opened = await blobs.get('r', options);
      assert.deepEqual([opened.start, opened.end, opened.sizeBytes], [start, end, 1000]);
      assert.ok(bytes.subarray(start, end + 1).equals(await readWhole(opened.body)));
    }
    await assert.rejects(blobs.get('r', { range: { start: 1000 } }), fails('range'));
    await blobs.put('empty', bytesOf(''), text);
    await assert.rejects(blobs.get('empty', { range: { start: 0 } }), fails('range'));
  });

  each('tells absent from there, and deletes again and again', async (blobs) => {
    assert.equal(await blobs.stat('none'), undefined);
    await assert.rejects(blobs.get('none'), fails('absent'));
    await blobs.delete('none');
    await blobs.put('a/b', bytesOf('1'), text);
    await blobs.put('a/c/d', bytesOf('2'), text);
    await blobs.delete('a/b');
    await blobs.delete('a/b');
    assert.equal(await blobs.stat('a/b'), undefined);
    await assert.rejects(blobs.get('a'), fails('absent'));
    await assert.rejects(blobs.get('a/c'), fails('absent'));
    assert.equal(String(await readWhole((await blobs.get('a/c/d')).body)), '2');
    assert.equal(await blobs.stat('a/c/d/e'), undefined);
    await blobs.delete('a/c/d');
    await blobs.put('a/c/e', bytesOf('4'), text);
    assert.equal(String(await readWhole((await blobs.get('a/c/e')).body)), '4');
  });

  each('replaces as a whole, and who reads the old one reads on', async (blobs) => {
    const [old, fresh] = [variedBytes(3_000_000, 1), variedBytes(2_000_000, 2)];
    await blobs.put('x', old, text);
    const opened = await blobs.get('x');
    await blobs.put('x', fresh, { type: 'image/png' });
    assert.ok(old.equals(await readWhole(opened.body)));
    assert.ok(fresh.equals(await readWhole((await blobs.get('x')).body)));
    assert.equal((await blobs.stat('x'))?.type, 'image/png');
  });

  each('stores if absent, of many at once exactly one', async (blobs) => {
    await blobs.put('first', bytesOf('1'), { ...text, ifAbsent: true });
    await assert.rejects(blobs.put('first', bytesOf('2'), { ...text, ifAbsent: true }), fails('exists'));
    assert.equal(String(await readWhole((await blobs.get('first')).body)), '1');
    const tries = Array.from({ length: 8 }, (_, i) =>
      blobs.put('race', pieces(bytesOf(String(i).repeat(1000)), 100), { ...text, ifAbsent: true }),
    );
    const results = await Promise.allSettled(tries);
    const winners = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    assert.equal(winners.length, 1);
    for (const result of results) if (result.status === 'rejected') fails('exists')(result.reason);
    const kept = await readWhole((await blobs.get('race')).body);
    assert.equal(String(kept), String(winners[0]).repeat(1000));
  });

  each('refuses other bytes than were told, and keeps nothing of them', async (blobs) => {
    const bytes = variedBytes(1000);
    for (const sizeBytes of [999, 1001])
      await assert.rejects(blobs.put('m', pieces(bytes, 300), { ...text, sizeBytes }), fails('mismatch'));
    const wrong = { ...text, sha256: sha256(bytesOf('other')) };
    await assert.rejects(blobs.put('m', bytes, wrong), fails('mismatch'));
    assert.equal(await blobs.stat('m'), undefined);
    await blobs.put('m', pieces(bytes, 300), { ...text, sizeBytes: 1000, sha256: sha256(bytes) });
    await assert.rejects(blobs.put('m', bytesOf('short'), { ...text, sizeBytes: 9 }), fails('mismatch'));
    assert.ok(bytes.equals(await readWhole((await blobs.get('m')).body)));
  });

  each('reads no more than was told', async (blobs) => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1000;
        yield variedBytes(1000);
      }
    }
    await assert.rejects(blobs.put('endless', endless(), { ...text, sizeBytes: 5000 }), fails('mismatch'));
    assert.equal(read, 6000);
  });

  each('keeps nothing of what breaks off, small or large, and says why', async (blobs) => {
    for (const goodBytes of [10, 20_000_000]) {
      async function* broken() {
        yield* pieces(variedBytes(goodBytes), 1_000_000);
        throw new Error('the client went away');
      }
      await assert.rejects(blobs.put('broken', broken(), text), /the client went away/);
      assert.equal(await blobs.stat('broken'), undefined);
    }
    assert.deepEqual(await blobs.list('', { limit: 10 }), []);
  });

  each('lets a reader stop early', async (blobs) => {
    await blobs.put('long', variedBytes(3_000_000), text);
    for (let i = 0; i < 20; i++) {
      const { body } = await blobs.get('long');
      for await (const _ of body) break;
    }
    (await blobs.get('long')).body.destroy();
    await blobs.delete('long');
  });

  each('takes no name that could leave its place', async (blobs) => {
    const names = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '..',
      'a/../b',
      './a',
      '.a',
      'A',
      'a b',
      'a\\b',
      'é',
      'a\0',
      'a=',
      '%2e',
    ];
    for (const bad of [...names, 'x'.repeat(513), `a/${'x'.repeat(129)}`]) {
      await assert.rejects(blobs.put(bad, bytesOf('x'), text), TypeError, JSON.stringify(bad));
      await assert.rejects(async () => blobs.get(bad), TypeError);
      await assert.rejects(async () => blobs.stat(bad), TypeError);
      await assert.rejects(async () => blobs.delete(bad), TypeError);
      await assert.rejects(
        async () => blobs.presignPut(bad, { ...text, sizeBytes: 1, expiresInMs: 1000 }),
        TypeError,
      );
      await assert.rejects(async () => blobs.begin(bad, text), TypeError);
    }
    await assert.rejects(async () => blobs.put('a', bytesOf('x'), { type: 'text/plain\r\nx: y' }), TypeError);
    assert.deepEqual(await blobs.list('', { limit: 10 }), []);
  });

  each('signs requests for one method, name, size and type', async (blobs) => {
    const put = await blobs.presignPut('up/one', { type: 'image/png', sizeBytes: 12, expiresInMs: 60_000 });
    assert.equal(put.method, 'PUT');
    assert.deepEqual(put.headers, { 'content-type': 'image/png', 'content-length': '12' });
    assert.match(put.url, /up\/one\?/);
    const get = await blobs.presignGet('up/one', { expiresInMs: 60_000 });
    assert.deepEqual([get.method, get.headers], ['GET', {}]);
    assert.ok(put.expiresAtMs > 0 && get.expiresAtMs > 0);
  });
}

function listing(each: Each): void {
  each('lists by prefix in the order of names, in pages', async (blobs) => {
    const names = ['a-b', 'a.b', 'a/b-c', 'a/b/c', 'a/b/d-', 'a/b0', 'a0', 'ab', 'b/a', 'b/b', 'c'];
    for (const each of [...names].reverse()) await blobs.put(each, bytesOf(each), text);
    assert.deepEqual(
      (await blobs.list('', { limit: 1000 })).map(({ name, sizeBytes }) => [name, sizeBytes]),
      names.toSorted().map((each) => [each, each.length]),
    );
    const ask = async (prefix: string, limit: number, after?: string) =>
      (await blobs.list(prefix, { limit, after })).map(({ name }) => name);
    assert.deepEqual(await ask('a/', 10), ['a/b-c', 'a/b/c', 'a/b/d-', 'a/b0']);
    assert.deepEqual(await ask('a/b', 2, 'a/b-c'), ['a/b/c', 'a/b/d-']);
    assert.deepEqual(await ask('a/b/', 10), ['a/b/c', 'a/b/d-']);
    assert.deepEqual(await ask('a/b/c', 10), ['a/b/c']);
    assert.deepEqual(await ask('', 2, 'a/zzz'), ['a0', 'ab']);
    assert.deepEqual(await ask('zz', 10), []);
    const paged: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await ask('', 5, after);
      paged.push(...page);
      after = page.at(-1);
      if (page.length < 5) break;
    }
    assert.deepEqual(paged, names.toSorted());
  });
}

function multipart(each: Each): void {
  const [one, two] = [variedBytes(partBytesMin, 1), variedBytes(1000, 2)];

  each('puts parts together in order, and shows nothing before', async (blobs) => {
    const upload = await blobs.begin('big', { type: 'video/mp4' });
    const second = await blobs.putPart(upload, 7, two, { sizeBytes: two.length });
    const first = await blobs.putPart(upload, 2, pieces(one, 300_000), { sizeBytes: one.length });
    assert.deepEqual([first.number, first.sizeBytes], [2, one.length]);
    assert.equal(await blobs.stat('big'), undefined);
    assert.deepEqual(await blobs.list('', { limit: 10 }), []);
    assert.deepEqual(await blobs.parts(upload, { limit: 10 }), [first, second]);
    assert.deepEqual(await blobs.parts(upload, { limit: 1 }), [first]);
    assert.deepEqual(await blobs.parts(upload, { after: 2, limit: 10 }), [second]);
    const info = await blobs.complete(upload, [first, second]);
    assert.deepEqual([info.type, info.sizeBytes], ['video/mp4', one.length + two.length]);
    const opened = await blobs.get('big');
    assert.equal(opened.type, 'video/mp4');
    assert.ok(Buffer.concat([one, two]).equals(await readWhole(opened.body)));
    await assert.rejects(blobs.parts(upload, { limit: 10 }), fails('absent'));
    await assert.rejects(blobs.putPart(upload, 1, two, { sizeBytes: two.length }), fails('absent'));
  });

  each('lets a part be sent again, and takes only parts as they were stored', async (blobs) => {
    const upload = await blobs.begin('again', text);
    const stale = await blobs.putPart(upload, 1, variedBytes(1000, 3), { sizeBytes: 1000 });
    const part = await blobs.putPart(upload, 1, two, { sizeBytes: two.length });
    await assert.rejects(blobs.putPart(upload, 2, two, { sizeBytes: 999 }), fails('mismatch'));
    assert.deepEqual(await blobs.parts(upload, { limit: 10 }), [part]);
    const wrong = [[], [stale], [part, { ...part, number: 2 }], [{ ...part, number: 3 }]];
    for (const named of wrong) await assert.rejects(blobs.complete(upload, named), fails('mismatch'));
    await blobs.complete(upload, [part]);
    assert.ok(two.equals(await readWhole((await blobs.get('again')).body)));
  });

  each('refuses small parts before the last', async (blobs) => {
    const upload = await blobs.begin('small', text);
    const parts = [
      await blobs.putPart(upload, 1, two, { sizeBytes: two.length }),
      await blobs.putPart(upload, 2, two, { sizeBytes: two.length }),
    ];
    await assert.rejects(blobs.complete(upload, parts), fails('mismatch'));
    assert.equal(await blobs.stat('small'), undefined);
    await blobs.abort(upload);
  });

  each('completes if absent only where nothing is', async (blobs) => {
    await blobs.put('taken', bytesOf('first'), text);
    const upload = await blobs.begin('taken', text);
    const part = await blobs.putPart(upload, 1, two, { sizeBytes: two.length });
    await assert.rejects(blobs.complete(upload, [part], { ifAbsent: true }), fails('exists'));
    assert.equal(String(await readWhole((await blobs.get('taken')).body)), 'first');
    await blobs.abort(upload);
  });

  each('forgets what is given up, and finds what was left', async (blobs) => {
    const upload = await blobs.begin('left', text);
    await blobs.putPart(upload, 1, two, { sizeBytes: two.length });
    const later = Date.UTC(2200, 0, 1);
    assert.deepEqual(await blobs.uploadsBefore(later, { limit: 10 }), [upload]);
    assert.deepEqual(await blobs.uploadsBefore(0, { limit: 10 }), []);
    await blobs.abort(upload);
    await blobs.abort(upload);
    assert.deepEqual(await blobs.uploadsBefore(later, { limit: 10 }), []);
    await assert.rejects(blobs.complete(upload, []), (error) => error instanceof BlobsError);
    assert.equal(await blobs.stat('left'), undefined);
  });
}
