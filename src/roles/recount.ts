/**
 * Every number that people see, counted anew from the truth while the service runs: likes, reactions and comments
 * of posts, posts of people, follows. Views and time spent have no other truth than their counters.
 */
import { accountsTable } from '../features/accounts/index.ts';
import { commentsByPost, commentsByThread } from '../features/comments/index.ts';
import { followCounts, followersByTime, followingByTime } from '../features/graph/index.ts';
import {
  countedAs,
  postCounts,
  posts,
  postsByAuthor,
  reactionKinds,
  userPostCounts,
} from '../features/posts/index.ts';
import { reactionShards, reactionsByPost } from '../features/reactions/index.ts';
import { eachLimited } from '../lib/each-limited.ts';
import type { Id } from '../lib/ids.ts';
import { listAll } from '../ports/records/list-all.ts';
import type { Records, Row, Table } from '../ports/records/records.ts';
import { settleCounter } from '../ports/records/settle-counter.ts';

const pageSize = 500;
const atOnce = 16;
const shardsAtOnce = 16;

export async function recount(records: Records, progress: (text: string) => void): Promise<string> {
  let looked = 0;
  let mended = 0;
  const note = (wasWrong: boolean) => {
    looked++;
    if (wasWrong) mended++;
    if (looked % pageSize === 0) progress(`${looked} recounted, ${mended} mended`);
  };
  for await (const rows of pages(records, posts)) {
    await eachLimited(rows, atOnce, async ({ value }) =>
      note(await recountPost(records, value.id, value.authorId)),
    );
  }
  for await (const rows of pages(records, accountsTable)) {
    await eachLimited(rows, atOnce, async ({ key }) => {
      note(await recountAuthor(records, key[0]!));
      note(await recountFollows(records, key[0]!));
    });
  }
  return `${looked} counters were counted anew; ${mended} of them were wrong and are right now.`;
}

function recountPost(records: Records, postId: Id, authorId: Id): Promise<boolean> {
  return settleCounter(records, {
    table: postCounts,
    key: [postId],
    hint: { kind: 'counts.changed', key: authorId, data: { postId, authorId } },
    async count() {
      const numbers: Record<string, number> = { likes: 0, comments: 0 };
      for (const kind of reactionKinds) numbers[kind] = 0;
      await eachLimited(reactionShards, shardsAtOnce, async (shard) => {
        for await (const rows of listAll(records, reactionsByPost, [postId, shard])) {
          numbers['likes']! += rows.length;
          for (const { value } of rows) numbers[value.kind] = (numbers[value.kind] ?? 0) + 1;
        }
      });
      for await (const places of listAll(records, commentsByPost, [postId])) {
        const keys = places.map(({ key, value }) => [postId, value.threadId, key[1]!]);
        const found = await records.getMany(commentsByThread, keys);
        numbers['comments']! += found.filter((row) => row?.value.deletedAtMs === null).length;
      }
      return numbers;
    },
  });
}

function recountAuthor(records: Records, userId: Id): Promise<boolean> {
  return settleCounter(records, {
    table: userPostCounts,
    key: [userId],
    hint: { kind: 'recount.mended', key: userId, data: { userId } },
    async count() {
      const numbers = { posts: 0, onlyMe: 0 };
      for await (const places of listAll(records, postsByAuthor, [userId])) {
        const found = await records.getMany(
          posts,
          places.map(({ value }) => [value.postId]),
        );
        for (const row of found) if (row && row.value.deletedAtMs === null) numbers[countedAs(row.value)]++;
      }
      return numbers;
    },
  });
}

function recountFollows(records: Records, userId: Id): Promise<boolean> {
  return settleCounter(records, {
    table: followCounts,
    key: [userId],
    hint: { kind: 'recount.mended', key: userId, data: { userId } },
    async count() {
      const numbers = { followers: 0, following: 0 };
      for await (const rows of listAll(records, followersByTime, [userId])) numbers.followers += rows.length;
      for await (const rows of listAll(records, followingByTime, [userId])) numbers.following += rows.length;
      return numbers;
    },
  });
}

async function* pages<V extends object>(records: Records, table: Table<V>): AsyncGenerator<Row<V>[]> {
  let cursor: string | undefined;
  do {
    const page = await records.scan(table, { cursor, limit: pageSize });
    yield page.rows;
    cursor = page.next;
  } while (cursor !== undefined);
}
