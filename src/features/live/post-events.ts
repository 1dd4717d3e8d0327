import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { Graph } from '../graph/index.ts';
import type { PostCard, Posts } from '../posts/index.ts';
import { removedFrame } from './name-posts.ts';
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

/** Gathers a frame for a stream. The post in it is watched from then on, or no more. */
export type Deliver = (
  stream: OpenStream,
  position: number,
  text: string,
  post?: { id: Id; is: 'shown' | 'removed' },
) => void;

/** Streams evaluated before requests get their turn. */
const streamsAtOnceMax = 200;

/** One `post.changed`, with what it comes to for those who may see the post, and for those who no longer may. */
interface PostChange {
  entry: LogEntry;
  authorId: Id;
  /** Published or made visible, so of interest to all who follow; otherwise only to those who were shown it. */
  appears: boolean;
  card: PostCard | undefined;
  shownText: string;
  removedText: string;
}

interface Concern {
  change: PostChange;
  isWatching: boolean;
}

/**
 * Evaluates `post.changed` hints against the truth and each viewer's rules as they are now: once for each post, and
 * once for each stream however many posts concern it.
 */
export async function deliverPosts(
  deps: PostEventDeps,
  entries: readonly LogEntry[],
  targets: Targets,
  deliver: Deliver,
): Promise<void> {
  const audiences = entries
    .map((entry) => ({ entry, ...audienceOf(entry, targets) }))
    .filter(({ streams }) => streams.size > 0);
  if (audiences.length === 0) return;
  const changes = await readChanges(
    deps,
    audiences.map(({ entry }) => entry),
  );
  const byStream = new Map<OpenStream, Concern[]>();
  for (const [i, { watching, streams }] of audiences.entries()) {
    for (const stream of streams) {
      const concern = { change: changes[i]!, isWatching: watching.has(stream) };
      const concerns = byStream.get(stream);
      if (concerns) concerns.push(concern);
      else byStream.set(stream, [concern]);
    }
  }
  const streams = [...byStream];
  for (let i = 0; i < streams.length; i += streamsAtOnceMax) {
    if (i > 0) await letOthersRun();
    const some = streams.slice(i, i + streamsAtOnceMax);
    await Promise.all(some.map(([stream, concerns]) => deliverTo(deps, stream, concerns, deliver)));
  }
}

const appearing = (data: LogEntry['data']) => data.what === 'published' || data.what === 'visibility';

function audienceOf({ data }: LogEntry, targets: Targets) {
  const watching = new Set(targets.watching(String(data.postId)));
  const streams = appearing(data)
    ? new Set([...watching, ...targets.following(String(data.authorId))])
    : watching;
  return { watching, streams };
}

/** Nobody's own reaction is in the texts, so that one serves every stream. */
async function readChanges(deps: PostEventDeps, entries: readonly LogEntry[]): Promise<PostChange[]> {
  const cards = await deps.posts.cardsById(entries.map(({ data }) => String(data.postId)));
  const present = cards.filter((card) => card !== undefined);
  const texts = await deps.posts.present(null, present);
  const postText = new Map(present.map((card, i) => [card, texts[i]]));
  return entries.map((entry, i) => {
    const { data, position } = entry;
    const card = cards[i];
    const appears = appearing(data);
    const event = appears ? 'post' : 'post-changed';
    const { postId, authorId, feedKey, what } = data;
    const facts = JSON.stringify({ postId, authorId, feedKey: card?.feedKey ?? feedKey, what });
    const post = card && postText.get(card);
    const json = post === undefined ? facts : `${facts.slice(0, -1)},"post":${post}}`;
    return {
      entry,
      authorId: String(authorId),
      appears,
      card,
      shownText: card ? frame(event, json, position) : '',
      removedText: removedFrame(String(postId), position),
    };
  });
}

async function deliverTo(
  { graph, posts }: PostEventDeps,
  stream: OpenStream,
  concerns: readonly Concern[],
  deliver: Deliver,
): Promise<void> {
  const viewer = await graph.viewer(stream.userId);
  const cards = concerns.flatMap(({ change }) => change.card ?? []);
  const visible = cards.length > 0 ? await posts.visible(viewer, cards) : [];
  let next = 0;
  for (const { change, isWatching } of concerns) {
    const { card, authorId, entry, appears } = change;
    const sees = card !== undefined && visible[next++] === true;
    if (!sees) {
      const id = String(entry.data.postId);
      // Once only: it is not watched after that.
      if (isWatching && stream.watched.has(id) && !stream.leaveToCheck(id))
        deliver(stream, entry.position, change.removedText, { id, is: 'removed' });
      continue;
    }
    const follows = stream.userId === authorId || viewer.following.has(authorId);
    if (!appears || (follows && !viewer.muted.has(authorId)))
      deliver(stream, entry.position, change.shownText, { id: card.id, is: 'shown' });
  }
}
