import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { searchAgreement } from '../../ports/search/agreement.ts';
import { postDocument, postQuery, searchContract } from '../../ports/search/contract.ts';
import { openSqliteSearch } from './sqlite-search.ts';

const newDirectory = () => mkdtempSync(join(tmpdir(), 'kith-search-'));

const create = async ({ rankedMax }: { rankedMax: number }) => {
  const directory = newDirectory();
  const index = await openSqliteSearch({ directory, rankedMax });
  return {
    index,
    dispose: async () => {
      await index.close();
      rmSync(directory, { recursive: true });
    },
  };
};

searchContract('sqlite search', { create });
searchAgreement('sqlite search', { create });

test('sqlite search: keeps everything over a restart, and begins empty where its file was lost or ruined', async () => {
  const directory = newDirectory();
  const post = postDocument(1, { text: 'tea', hashtags: ['tea'] });
  let index = await openSqliteSearch({ directory });
  const rebuild = await index.rebuild();
  await rebuild.add([{ op: 'post', post }]);
  await rebuild.finish();
  await index.apply([], 17);
  await index.close();
  index = await openSqliteSearch({ directory });
  assert.deepEqual(await index.state(), {
    isBuilt: true,
    position: 17,
    posts: 1,
    users: 0,
    isRebuilding: false,
  });
  assert.equal((await index.posts(postQuery('tea'))).hits.length, 1);
  const unfinished = await index.rebuild();
  await unfinished.add([{ op: 'post', post }]);
  await index.close();
  index = await openSqliteSearch({ directory });
  assert.equal((await index.state()).posts, 1, 'a rebuild that was cut off leaves nothing behind');
  assert.equal(readdirSync(directory).filter((name) => name.endsWith('.db')).length, 1);
  await index.close();
  for (const name of readdirSync(directory)) {
    if (name.endsWith('.db')) writeFileSync(join(directory, name), 'ruined '.repeat(1000));
    if (name.endsWith('-wal') || name.endsWith('-shm')) rmSync(join(directory, name));
  }
  index = await openSqliteSearch({ directory });
  assert.deepEqual(await index.state(), {
    isBuilt: false,
    position: 0,
    posts: 0,
    users: 0,
    isRebuilding: false,
  });
  await index.apply([{ op: 'post', post }]);
  assert.equal((await index.posts(postQuery('tea'))).hits.length, 1);
  await index.close();
  rmSync(directory, { recursive: true });
});
