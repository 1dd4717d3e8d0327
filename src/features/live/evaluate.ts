import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { frame, type OpenStream } from './open-stream.ts';
import { type Deliver, deliverPosts, type PostEventDeps, type Targets } from './post-events.ts';

/** What hints of a kind mean to open streams: for features that this one does not know. */
export type HintRoutes = Readonly<
  Record<string, (entry: LogEntry) => readonly { userId: Id; event: string; data: object }[]>
>;

export interface Evaluation {
  deps: PostEventDeps & { hintRoutes?: HintRoutes };
  entries: readonly LogEntry[];
  targets: Targets;
  /** Whether the stream is to be told of what stands at that position in this way. */
  accepts: (stream: OpenStream, position: number) => boolean;
  /** The stream is being sent that post. */
  shown: (stream: OpenStream, postId: Id) => void;
  /** The stream is being told that the post is gone. */
  removed: (stream: OpenStream, postId: Id) => void;
}

/** What each stream is to be sent, in log order and as one text, so that its last id covers all before it. */
export async function evaluate({
  deps,
  entries,
  targets,
  accepts,
  shown,
  removed,
}: Evaluation): Promise<Map<OpenStream, string>> {
  const gathered = new Map<OpenStream, { position: number; text: string }[]>();
  const deliver: Deliver = (stream, position, text, post) => {
    if (stream.isClosed || !accepts(stream, position)) return;
    const frames = gathered.get(stream);
    if (frames) frames.push({ position, text });
    else gathered.set(stream, [{ position, text }]);
    if (post?.is === 'shown') shown(stream, post.id);
    if (post?.is === 'removed') removed(stream, post.id);
  };
  await deliverPosts(
    deps,
    entries.filter(({ kind }) => kind === 'post.changed'),
    targets,
    deliver,
  );
  for (const entry of entries) {
    for (const { userId, event, data } of deps.hintRoutes?.[entry.kind]?.(entry) ?? []) {
      const text = frame(event, JSON.stringify(data), entry.position);
      for (const stream of targets.of(userId)) deliver(stream, entry.position, text);
    }
  }
  const texts = new Map<OpenStream, string>();
  for (const [stream, frames] of gathered) {
    frames.sort((a, b) => a.position - b.position);
    texts.set(stream, frames.map(({ text }) => text).join(''));
  }
  return texts;
}

/** Whose relations, and whose accounts, hints say may have changed. */
export function peopleIn(entries: readonly LogEntry[]): { related: Set<Id>; accounts: Set<Id> } {
  const related = new Set<Id>();
  const accounts = new Set<Id>();
  for (const { kind, data } of entries) {
    if (kind === 'follow.changed') related.add(String(data.followerId));
    if (kind === 'mute.changed') related.add(String(data.muterId));
    if (kind === 'block.changed') related.add(String(data.blockerId)).add(String(data.blockedId));
    if (kind === 'account.changed') accounts.add(String(data.userId));
  }
  return { related, accounts };
}
