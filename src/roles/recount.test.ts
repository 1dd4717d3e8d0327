import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Post, postCounts, posts, postsByAuthor } from '../features/posts/index.ts';
import { reactionKey, reactionsByPost } from '../features/reactions/index.ts';
import { createMemoryStore } from '../ports/records/memory-store.ts';
import { type Write, write } from '../ports/records/records.ts';
import { recount } from './recount.ts';

const hints = [{ kind: 'test', key: 'k', data: {} }];
const post = { id: 'p1', authorId: 'a1', visibility: 'public', deletedAtMs: null } as Post;
const like = { kind: 'love', reactionId: 'r', authorId: 'a1', createdAtMs: 1 } as const;

async function world() {
  const { records } = createMemoryStore();
  const put = (each: Write) => records.commit({ decide: [each], hints });
  await put(write.insert(posts, ['p1'], post));
  await put(write.put(postsByAuthor, ['a1', 'k1'], { postId: 'p1' }));
  for (const userId of ['u1', 'u2'])
    await put(write.insert(reactionsByPost, reactionKey('p1', userId), like));
  return { records, put };
}

test('a recount makes wrong numbers right and leaves what has no other truth', async () => {
  const { records, put } = await world();
  await put(write.add(postCounts, ['p1'], { likes: 7, love: 1, comments: 3, views: 40 }));
  await recount(records, () => {});
  const counts = (await records.get(postCounts, ['p1']))!.value;
  assert.equal(counts['likes'], 2);
  assert.equal(counts['love'], 2);
  assert.equal(counts['comments'], 0);
  assert.equal(counts['views'], 40);
});

test('a second recount finds nothing to mend', async () => {
  const { records } = await world();
  await recount(records, () => {});
  assert.match(await recount(records, () => {}), / 0 of them were wrong/);
});

test('a like that arrives while its post is counted is counted once', async () => {
  const { records, put } = await world();
  await put(write.add(postCounts, ['p1'], { likes: 2, love: 2 }));
  let likes = 0;
  const racing: typeof records = {
    ...records,
    async list(table, prefix, options) {
      const rows = await records.list(table, prefix, options);
      if (table.name === reactionsByPost.name && likes++ === 0) {
        await records.commit({
          decide: [write.insert(reactionsByPost, reactionKey('p1', 'u3'), like)],
          then: [write.add(postCounts, ['p1'], { likes: 1, love: 1 })],
          hints,
        });
      }
      return rows;
    },
  };
  await recount(racing, () => {});
  assert.equal((await records.get(postCounts, ['p1']))!.value['likes'], 3);
});
