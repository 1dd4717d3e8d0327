import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { FreshContent } from './contents.ts';
import { contentsWorld, inPieces, noBound, randomBytesFrom } from './test-contents.ts';
import { bytesIn } from './test-contract.ts';

const ada = 'ada';
const bytes = randomBytesFrom(1, 16_384);
const hints = [{ kind: 'k', key: 'k', data: {} }];

const wholeWorld = () => contentsWorld({ records: { ...createMemoryStore({}).records, commitsWhole: true } });
type World = ReturnType<typeof wholeWorld>;

/** As whoever uses it first does. */
const useFirst = ({ records, contents }: World, { id, rows }: FreshContent) =>
  records.commit({
    claims: [...rows!.claims],
    decide: [],
    then: [...rows!.then, ...contents.useWrites(id, 'v1')],
    hints,
  });

test('CONT-11: the rows of a small content are written by who uses it first, and before that it is not there', async () => {
  const world = wholeWorld();
  const placed = await world.contents.place(ada, inPieces(bytes), noBound);
  assert.ok(placed.rows && !placed.rows.isWritten);
  assert.deepEqual(await world.contents.describe([placed.id]), [undefined]);
  assert.ok((await useFirst(world, placed)).ok);
  assert.ok(bytes.equals(await bytesIn(world.contents, placed.id)));
  assert.deepEqual(await world.contents.missing(ada, [placed.sha256!]), [], 'that it was brought is known');
});

test('CONT-11: of two who bring the same at once the second writes its rows alone', async () => {
  const world = wholeWorld();
  const [first, second] = await Promise.all([
    world.contents.place(ada, inPieces(bytes), noBound),
    world.contents.place('bob', inPieces(bytes), noBound),
  ]);
  assert.ok((await useFirst(world, first)).ok);
  const refused = await useFirst(world, second);
  assert.ok(!refused.ok && second.rows!.claims.includes(refused.conflict));
  await Promise.all([second.rows!.write(), second.rows!.write()]);
  assert.ok(second.rows!.isWritten);
  await world.collect();
  for (const { id } of [first, second]) assert.ok(bytes.equals(await bytesIn(world.contents, id)));
});

test('CONT-11: large contents, and those on engines that write in parts, have no rows left', async () => {
  const large = await wholeWorld().contents.place(ada, inPieces(randomBytesFrom(2, 6_000_000)), noBound);
  assert.equal(large.rows, undefined);
  const world = contentsWorld();
  const { id, rows } = await world.contents.place(ada, inPieces(bytes), noBound);
  assert.equal(rows, undefined);
  assert.ok(bytes.equals(await bytesIn(world.contents, id)));
});
