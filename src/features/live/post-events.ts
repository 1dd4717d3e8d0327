import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { Graph } from '../graph/index.ts';
import type { PostCard, Posts } from '../posts/index.ts';
import { frame, type OpenStream } from './open-stream.ts';

export interface PostEventDeps {
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'cardsById' | 'visible' | 'present'>;
}

/** Whom a hint may concern: everybody who listens, or the one stream that catches up. */
export interface Targets {
  /** Streams of the author and of those who follow them. */
  following(authorId: Id): OpenStream[];
  /** Streams that were shown the post. */
  watching(postId: Id): OpenStream[];
  /** Streams of that person. */
  of(userId: Id): OpenStream[];
}

/** Gathers a frame for a stream; the post in it counts as shown from then on. */
export type Deliver = (stream: OpenStream, position: number, text: string, newPostId?: Id) => void;

const streamsAtOnceMax = 200;
const what = (entry: LogEntry) => String(entry.data.what);

/** Evaluates `post.changed` against the truth and each viewer's rules as they are now. */
export async function deliverPost(
  deps: PostEventDeps,
  entry: LogEntry,
  targets: Targets,
  deliver: Deliver,
): Promise<void> {
  const postId = String(entry.data.postId);
  const authorId = String(entry.data.authorId);
  const appears = what(entry) === 'published' || what(entry) === 'visibility';
  const watching = new Set(targets.watching(postId));
  const streams = appears ? [...new Set([...watching, ...targets.following(authorId)])] : [...watching];
  if (streams.length === 0) return;
  const [card] = await deps.posts.cardsById([postId]);
  const removed = frame('post-changed', JSON.stringify({ postId, what: 'removed' }), entry.position);
  if (!card) {
    for (const stream of watching) deliver(stream, entry.position, removed);
    return;
  }
  let shown: Promise<string> | undefined;
  const present = () => {
    shown ??= presentFor(deps, card, entry, appears);
    return shown;
  };
  for (let i = 0; i < streams.length; i += streamsAtOnceMax) {
    if (i > 0) await letOthersRun();
    await Promise.all(
      streams.slice(i, i + streamsAtOnceMax).map(async (stream) => {
        const viewer = await deps.graph.viewer(stream.userId);
        const [visible] = await deps.posts.visible(viewer, [card]);
        const follows = stream.userId === authorId || viewer.following.has(authorId);
        if (!visible) {
          if (watching.has(stream)) deliver(stream, entry.position, removed);
        } else if (!appears || (follows && !viewer.muted.has(authorId))) {
          deliver(stream, entry.position, await present(), card.id);
        }
      }),
    );
  }
}

/** Nobody's own reaction is in it, so that one text serves every stream. */
async function presentFor(deps: PostEventDeps, card: PostCard, entry: LogEntry, appears: boolean) {
  const [post] = await deps.posts.present(null, [card]);
  const { id: postId, authorId, feedKey } = card;
  const facts = JSON.stringify({ postId, authorId, feedKey, what: what(entry) });
  const data = post === undefined ? facts : `${facts.slice(0, -1)},"post":${post}}`;
  return frame(appears ? 'post' : 'post-changed', data, entry.position);
}
