import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Id, isId } from '../../lib/ids.ts';
import type { Records, Table } from '../../ports/records/records.ts';
import { createComments } from '../comments/index.ts';
import * as commentTables from '../comments/tables.ts';
import { createEngagement } from '../engagement/index.ts';
import { claimWrites, idempotencyClaims } from '../idempotency/index.ts';
import { createModeration } from '../moderation/index.ts';
import * as moderationTables from '../moderation/tables.ts';
import * as postTables from '../posts/tables.ts';
import { postWorld, until } from '../posts/test-world.ts';
import { purgeQueue } from '../purging/index.ts';
import { createReactions } from '../reactions/index.ts';
import * as reactionTables from '../reactions/tables.ts';
import { createJanitor, type Step } from './index.ts';

const dayMs = 86_400_000;
const tables = [postTables, commentTables, reactionTables, moderationTables, { purgeQueue }].flatMap(
  (module) =>
    Object.values(module).filter(
      (each): each is Table<object> => typeof each === 'object' && 'partition' in each,
    ),
);

/** Makes commits fail now and then, once told to. */
function failing(records: Records): { failEvery: (nth: number) => void } {
  const commit = records.commit.bind(records);
  let nth = 0;
  let count = 0;
  records.commit = async (each) => {
    if (nth > 0 && ++count % nth === 0) throw new Error('cut off');
    return commit(each);
  };
  return {
    failEvery(every) {
      nth = every;
    },
  };
}

function world({ steps = [], isIdle = () => true }: { steps?: Step[]; isIdle?: () => boolean } = {}) {
  const base = postWorld({ reactionsOf: (viewerId, ids) => reactions.of(viewerId, ids) });
  const { posts } = base;
  const parts = { ...base.deps, posts };
  const reactions = createReactions(parts);
  const comments = createComments(parts);
  const engagement = createEngagement(parts);
  const moderation = createModeration({ ...parts, comments, closeAccount: async () => undefined });
  const due: Id[] = [];
  const reported: string[] = [];
  const store = failing(base.records);
  const janitor = createJanitor({
    ...base.deps,
    directory: base.accounts,
    posts,
    comments,
    reactions,
    accounts: {
      accountsDueForErasure: async ({ limit }) => due.slice(0, limit),
      async eraseAccount(id) {
        due.splice(due.indexOf(id), 1);
        base.people.set(id, { ...base.people.get(id)!, state: 'deleted', username: '', displayName: '' });
        return true;
      },
    },
    erasers: [engagement.eraseOf, moderation.eraseOf],
    steps,
    isIdle,
    report: (error, doing) => reported.push(`${doing}: ${error}`),
  });
  const finish = async () => {
    for (let worked = 1; worked > 0; ) {
      // Beyond the ids of a burst, which run ahead of the clock.
      base.clock.advance(1000);
      worked = await janitor.pass();
    }
  };
  /** Everything stored, to look for words in. */
  const everything = async () => {
    const found: string[] = [];
    for (const table of tables) {
      const { rows } = await base.records.scan(table, { limit: 1000 });
      for (const row of rows) found.push(`${table.name} ${JSON.stringify(row)}`);
    }
    return found;
  };
  return {
    ...base,
    reactions,
    comments,
    engagement,
    moderation,
    due,
    reported,
    janitor,
    finish,
    everything,
    store,
  };
}

type World = ReturnType<typeof world>;

/** A post with all that can hang on it, every text saying `word`. */
async function busyPost({ join, posts, comments, reactions }: World, word: string) {
  const author = join(`author_${word}`);
  const other = join(`other_${word}`);
  const { id } = (await posts.create(author, { text: `${word} 1` })).post;
  await posts.change(author, id, { text: `${word} 2` });
  const first = await comments.create(other, { postId: id, comment: `${word} 3` });
  await comments.edit(other, first.id, { comment: `${word} 4` });
  for (let i = 0; i < 40; i++) {
    const who = join(`p${i}_${word}`);
    await comments.create(who, { postId: id, comment: `${word} 5`, parentId: first.id });
    await reactions.react(who, { postId: id });
  }
  return { author, other, id };
}

test('JANITOR-1: a deleted post is kept for its grace, then nothing of it is left and all else is', async () => {
  const w = world();
  const kept = await busyPost(w, 'kept');
  const before = (await w.everything()).sort();
  const gone = await busyPost(w, 'gone');
  await w.posts.delete(gone.author, gone.id);
  w.clock.advance(29 * dayMs);
  await w.finish();
  assert.equal(
    (await w.everything()).some((row) => row.includes('gone')),
    true,
  );
  w.clock.advance(2 * dayMs);
  await w.finish();
  const after = (await w.everything()).filter((row) => !row.startsWith('user_post_counts'));
  assert.deepEqual(
    after.sort(),
    before.filter((row) => !row.startsWith('user_post_counts')),
  );
  assert.deepEqual(w.reported, []);
  assert.equal((await w.posts.requireVisible(null, kept.id)).text, 'kept 2');
});

test('JANITOR-2: cut off again and again, it still finishes', async () => {
  const w = world();
  const gone = await busyPost(w, 'gone');
  await w.posts.delete(gone.author, gone.id);
  w.clock.advance(31 * dayMs);
  w.store.failEvery(2);
  for (let i = 0; i < 50; i++) {
    w.clock.advance(1);
    await w.janitor.pass();
  }
  assert.ok(w.reported.length > 0);
  w.store.failEvery(0);
  await w.finish();
  assert.equal((await w.everything()).filter((row) => row.includes(gone.id)).length, 0);
});

test('JANITOR-3: an erased account leaves no words, in its posts or under others’', async () => {
  const w = world();
  const { author, other, id } = await busyPost(w, 'theirs');
  const friend = w.join('friend');
  const { id: friendsPost } = (await w.posts.create(friend, { text: 'friend' })).post;
  const said = await w.comments.create(author, { postId: friendsPost, comment: 'theirs too' });
  await w.comments.edit(author, said.id, { comment: 'theirs edited' });
  await w.comments.create(friend, { postId: friendsPost, comment: 'an answer', parentId: said.id });
  await w.reactions.react(author, { postId: friendsPost });
  await w.moderation.report(author, { postId: friendsPost, reason: 'spam', note: 'theirs noted' });
  await w.engagement.recordProfileVisit(author.userId, friend.userId);
  const { id: deleted } = (await w.posts.create(author, { text: 'theirs deleted' })).post;
  await w.posts.delete(author, deleted);
  w.due.push(author.userId);
  await w.finish();
  assert.deepEqual(w.reported, []);
  const words = (await w.everything()).filter((row) => row.includes('theirs'));
  assert.deepEqual(words, []);
  assert.equal(await w.posts.get(id), undefined);
  assert.deepEqual(await w.posts.listByAuthor(author.userId, { limit: 10 }), []);
  assert.deepEqual(await w.engagement.affinityOf(author.userId, [friend.userId]), [{}]);
  assert.deepEqual((await w.posts.counts([friendsPost]))[0], { likes: 0, comments: 1, reactions: {} });
  const { items } = await w.comments.list(null, friendsPost, { limit: 10 });
  assert.deepEqual(
    items.map(({ comment }) => comment.text),
    ['', 'an answer'],
  );
  assert.ok(isId(other.userId));
});

test('JANITOR-3: whoever came back in time keeps everything', async () => {
  const w = world();
  const { author, id } = await busyPost(w, 'kept');
  w.due.push(author.userId);
  const erase = w.people.set.bind(w.people);
  w.people.set = (key, account) => erase(key, { ...account, state: 'active' });
  await w.finish();
  assert.equal((await w.posts.get(id))?.text, 'kept 2');
  assert.equal((await w.records.scan(purgeQueue, { limit: 1 })).rows.length, 0);
});

test('JANITOR-4: earlier versions of deleted comments go at once', async () => {
  const w = world();
  const { other, id } = await busyPost(w, 'word');
  const [first] = (await w.comments.list(null, id, { limit: 1 })).items;
  await w.comments.delete(other, first!.comment.id);
  await w.finish();
  assert.equal((await w.everything()).filter((row) => /word (3|4)/.test(row)).length, 0);
});

test('JANITOR-5: the log and old idempotency keys are trimmed, new ones stay', async () => {
  const w = world();
  const claim = (userId: string, key: string) => ({ userId, key, bodyHash: 'h' });
  const commit = (userId: string, key: string) =>
    w.records.commit({
      claims: claimWrites(claim(userId, key), 'r', w.clock.nowMs()),
      decide: [],
      hints: [{ kind: 'x', key: 'x', data: {} }],
    });
  for (let i = 0; i < 100; i++) await commit(i % 2 ? 'a' : 'b', `old${i}`);
  w.clock.advance(23 * 3_600_000);
  await commit('a', 'new');
  w.clock.advance(2 * 3_600_000);
  await w.finish();
  const left = (await w.records.scan(idempotencyClaims, { limit: 1000 })).rows;
  assert.deepEqual(
    left.map(({ key }) => key),
    [['a', 'new']],
  );
  w.clock.advance(8 * dayMs);
  await w.finish();
  const old = (await w.log.read(0, 1000)).filter(({ atMs }) => atMs < w.clock.nowMs() - 7 * dayMs);
  assert.ok(old.length <= 1);
});

test('JANITOR-6: it works only while the service is idle, one step at a time, and stops when told', async () => {
  let idle = false;
  let runs = 0;
  const step: Step = { doing: 'counting', run: async () => runs++ };
  const bad: Step = { doing: 'failing', run: () => Promise.reject(new Error('no')) };
  const w = world({ steps: [bad, step], isIdle: () => idle });
  await w.janitor.start();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(runs, 0);
  await w.janitor.stop();
  idle = true;
  await w.janitor.start();
  await until(async () => runs > 0);
  await w.janitor.stop();
  assert.ok(w.reported.some((text) => text.startsWith('failing')));
});
