import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Id, idToNumber, isId } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { audiencePageMax } from '../../ports/timelines/timelines.ts';
import type { AuthorSwitch } from './author-switch.ts';
import type { FeedContext } from './context.ts';

export const feedHintKinds = ['post.changed', 'follow.changed', 'block.changed', 'mute.changed'] as const;

/** After so many deliveries others get a turn: some milliseconds. */
const deliveriesPerTurn = 10_000;

interface Published {
  authorId: Id;
  key: number;
}

/**
 * What a batch of hints asks for. Posts go to their authors' heads first and then to the audiences: an inbox that
 * joins in between finds them in the head or the truth. Hints of follows, blocks and mutes only make inboxes fit
 * sooner; reads go by the truth about them. Nothing follows from hints of deletion, visibility or accounts: that is
 * decided at each read.
 */
export async function handleHints(
  context: FeedContext,
  authors: AuthorSwitch,
  entries: readonly LogEntry[],
): Promise<void> {
  const posts = await publishedPosts(context, entries);
  if (posts.length > 0) {
    await context.timelines.pushHeads(posts.map(({ authorId, key }) => ({ authorId, key })));
    for (const post of posts) {
      await deliverToAudience(context, post);
      await authors.published(post.authorId);
    }
  }
  for (const readerId of readersConcerned(entries))
    if (context.readers.has(readerId)) context.scheduleFitting(readerId);
}

async function publishedPosts({ posts }: FeedContext, entries: readonly LogEntry[]): Promise<Published[]> {
  const published: Published[] = [];
  for (const { kind, data } of entries) {
    if (kind !== 'post.changed' || data['what'] === 'deleted' || data['what'] === 'edited') continue;
    let { authorId, feedKey } = data;
    if (!isId(feedKey)) {
      const post = await posts.get(String(data['postId']));
      authorId = post?.authorId ?? null;
      feedKey = post?.feedKey ?? null;
    }
    if (isId(authorId) && isId(feedKey)) published.push({ authorId, key: idToNumber(feedKey) });
  }
  return published;
}

async function deliverToAudience({ timelines, costs, clock }: FeedContext, post: Published): Promise<void> {
  let cursor: string | undefined;
  let sinceTurn = 0;
  do {
    const startedMs = clock.monotonicMs();
    const page = await timelines.audience(post.authorId, { cursor, limit: audiencePageMax });
    if (page.readers.count === 0) return;
    await timelines.deliver(page.readers, post.authorId, post.key);
    const { count } = page.readers;
    if (count >= sampleMin) costs.delivered(count, clock.monotonicMs() - startedMs);
    cursor = page.next;
    sinceTurn += count;
    if (sinceTurn >= deliveriesPerTurn) {
      sinceTurn = 0;
      await nextTurn();
    }
  } while (cursor !== undefined);
}

/** Fewer deliveries are over before a clock can tell. */
const sampleMin = 100;

function readersConcerned(entries: readonly LogEntry[]): Set<Id> {
  const readers = new Set<Id>();
  for (const { kind, data } of entries) {
    const concerned =
      kind === 'follow.changed'
        ? [data['followerId']]
        : kind === 'block.changed'
          ? [data['blockerId'], data['blockedId']]
          : kind === 'mute.changed'
            ? [data['muterId']]
            : [];
    for (const id of concerned) if (isId(id)) readers.add(id);
  }
  return readers;
}
