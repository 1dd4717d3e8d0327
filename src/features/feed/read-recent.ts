import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { idToNumber, isId } from '../../lib/ids.ts';
import { invalid } from '../../lib/refusal.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { FeedContext } from './context.ts';
import { noteRead } from './note-read.ts';
import { readVisible } from './pipeline.ts';

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

/** A page of the feed, newest first, as the JSON text that is sent. */
export async function readRecent(
  context: FeedContext,
  viewer: ViewerGraph,
  { limit, cursor }: PageRequest,
): Promise<string> {
  const before = decodeKey(decodeCursor(cursorKind, cursor, 1)?.[0]);
  const { cards, next } = await readVisible(context, viewer, { before, limit });
  noteRead(context, viewer, before === Number.POSITIVE_INFINITY ? cards : []);
  const posts = await context.posts.present(viewer.userId, cards);
  let json = '{"items":[';
  for (let i = 0; i < posts.length; i++) json += `${i === 0 ? '' : ','}{"post":${posts[i]!}}`;
  return `${json}],"nextCursor":${next === undefined ? 'null' : `"${encodeCursor(cursorKind, [next])}"`}}`;
}
