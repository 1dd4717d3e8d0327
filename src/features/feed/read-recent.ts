import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { idFromNumber, idToNumber, isId } from '../../lib/ids.ts';
import { invalid } from '../../lib/refusal.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { FeedContext } from './context.ts';
import { noteRead } from './note-read.ts';
import { beginPage, finishPage, readVisible, type VisiblePage } from './pipeline.ts';

const cursorKind = 'feed';

export function decodeKey(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!isId(text)) throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
  return idToNumber(text);
}

export interface PageRequest {
  limit: number;
  cursor: string | undefined;
}

/** A page of the feed, newest first, as the JSON that is sent. */
export async function readRecent(
  context: FeedContext,
  viewer: ViewerGraph,
  { limit, cursor }: PageRequest,
): Promise<Buffer> {
  const before = decodeKey(decodeCursor(cursorKind, cursor, 1)?.[0]);
  if (before === Number.POSITIVE_INFINITY) return readFirst(context, viewer, limit);
  const page = await readVisible(context, viewer, { before, limit });
  noteRead(context, viewer, undefined);
  return pageBytes(context, viewer, page);
}

/** The page everybody begins with, over and over: kept as long as nothing in it has changed. */
async function readFirst(context: FeedContext, viewer: ViewerGraph, limit: number): Promise<Buffer> {
  const pages = context.live ? context.pages : undefined;
  const readSince = pages?.position ?? 0;
  const version = context.timelines.version();
  // While hints are on their way, one's own newest post may be in nobody's heads yet.
  const unread = !context.mayLackOwn(viewer.userId)
    ? pages?.findUnread({ viewer, limit }, version)
    : undefined;
  if (unread) {
    noteRead(context, viewer, unread.newest);
    return unread.bytes;
  }
  const begun = await beginPage(context, viewer, { before: Number.POSITIVE_INFINITY, limit });
  const { keys, authors } = begun.found;
  const kept = pages?.find({ viewer, limit, version, keys });
  if (kept) {
    noteRead(context, viewer, kept.newest);
    return kept.bytes;
  }
  const page = await finishPage(context, viewer, { begun, limit });
  const { cards } = page;
  const oldest = cards.at(-1);
  const newest = oldest && { count: cards.length, oldestKey: oldest.feedKey };
  noteRead(context, viewer, newest);
  const bytes = await pageBytes(context, viewer, page);
  if (page.examined === keys.length) {
    const parts = new Set([...authors, ...keys.map(idFromNumber), ...cards.map(({ id }) => id)]);
    pages?.keep({ viewer, limit, version, keys }, { bytes, newest, parts: [...parts], readSince });
  }
  return bytes;
}

async function pageBytes(
  { posts }: FeedContext,
  viewer: ViewerGraph,
  { cards, next }: VisiblePage,
): Promise<Buffer> {
  const texts = await posts.present(viewer.userId, cards);
  let json = '{"items":[';
  for (let i = 0; i < texts.length; i++) json += `${i === 0 ? '' : ','}{"post":${texts[i]!}}`;
  const nextCursor = next === undefined ? 'null' : `"${encodeCursor(cursorKind, [next])}"`;
  return Buffer.from(`${json}],"nextCursor":${nextCursor}}`);
}
