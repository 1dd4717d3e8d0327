import { randomUUID } from 'node:crypto';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog, LogEntry, Subscription } from '../../ports/log/log.ts';
import type { PubSub } from '../../ports/pubsub/pubsub.ts';
import { Audience, type Listener } from './audience.ts';
import { catchUp } from './catch-up.ts';
import { channelOf, type LiveMessage, parseMessage } from './channel.ts';
import { createCoalescer } from './coalescer.ts';
import { type Evaluation, evaluate, type HintRoutes, peopleIn } from './evaluate.ts';
import { namePosts } from './name-posts.ts';
import { frame, heartbeat, OpenStream, type Sink } from './open-stream.ts';
import type { PostEventDeps, Targets } from './post-events.ts';
import { Replays } from './replays.ts';
import { type SubjectEventDeps, sendCounts, sendUnread } from './subject-events.ts';

export interface LiveDeps extends PostEventDeps, SubjectEventDeps {
  log: EventLog;
  pubsub: PubSub;
  clock: Clock;
  posts: PostEventDeps['posts'] & SubjectEventDeps['posts'];
  /** By kind of hint: `files.changed` → `change` events. */
  hintRoutes?: HintRoutes;
  limits?: Partial<LiveLimits>;
  /** Told of failures that no caller sees. */
  report?: (error: unknown, doing: string) => void;
}

export interface LiveLimits {
  streamsMax: number;
  streamsPerPersonMax: number;
  watchedPostsMax: number;
  heartbeatMs: number;
  /** `counts` and `notification` of one subject are sent at most once in this time. */
  coalesceMs: number;
}

const defaultLimits: LiveLimits = {
  streamsMax: 8000,
  streamsPerPersonMax: 12,
  watchedPostsMax: 200,
  heartbeatMs: 20_000,
  coalesceMs: 200,
};
const listenersAtOnceMax = 32;
/** Streams written to before requests get their turn. */
const sentAtOnceMax = 200;
/** Clients come back spread over this time after the connection ends. */
const retryMinMs = 1000;
const retrySpreadMs = 4000;

export interface OpenRequest {
  userId: Id;
  lastEventId: string | undefined;
  /** Posts that the page shows already. */
  postIds: readonly Id[];
  isStillValid: () => Promise<boolean>;
  /** Called once the stream is admitted; `closed` is to be called when the connection is gone. */
  connect: (closed: () => void) => Sink;
}

const ownKinds = [
  'post.changed',
  'counts.changed',
  'notification.changed',
  'follow.changed',
  'block.changed',
  'mute.changed',
  'account.changed',
] as const;

export class LiveHub {
  readonly #deps: LiveDeps;
  readonly #limits: LiveLimits;
  readonly #audience = new Audience();
  readonly #channels = new Map<Id, () => void>();
  readonly #counts: ReturnType<typeof createCoalescer>;
  readonly #unread: ReturnType<typeof createCoalescer>;
  #subscription: Subscription | undefined;
  #heartbeats: ReturnType<typeof setInterval> | undefined;
  /** What was sent decides what is watched. */
  readonly #watching: Pick<Evaluation, 'shown' | 'removed'> = {
    shown: (stream, postId) => {
      if (!stream.isClosed) this.#audience.watch(stream, postId, this.#limits.watchedPostsMax);
    },
    removed: (stream, postId) => this.#audience.unwatch(stream, postId),
  };
  readonly #replays: Replays;
  #draining = false;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    this.#replays = new Replays(deps.clock);
    this.#limits = { ...defaultLimits, ...deps.limits };
    const options = {
      intervalMs: this.#limits.coalesceMs,
      clock: deps.clock,
      onError: (error: unknown) => this.#report(error, 'live delivery'),
    };
    this.#counts = createCoalescer({ ...options, flush: (ids) => sendCounts(deps, this.#audience, ids) });
    this.#unread = createCoalescer({ ...options, flush: (ids) => sendUnread(deps, this.#audience, ids) });
  }

  async start(): Promise<void> {
    const { log, hintRoutes = {} } = this.#deps;
    this.#subscription = await log.subscribe({
      group: `live-${randomUUID()}`,
      start: 'now',
      kinds: [...ownKinds, ...Object.keys(hintRoutes)],
      handle: (entries) => this.#handle(entries),
    });
    this.#heartbeats = setInterval(() => {
      this.#beat().catch((error) => this.#report(error, 'live heartbeat'));
    }, this.#limits.heartbeatMs);
    this.#heartbeats.unref();
  }

  /** Ends every stream and admits none; clients come back elsewhere, or later. */
  async drain(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#heartbeats);
    for (const { streams } of [...this.#audience.listeners()])
      for (const stream of [...streams]) stream.end();
    await this.#subscription?.close();
    this.#counts.close();
    this.#unread.close();
  }

  get streamsCount(): number {
    return this.#audience.streamsCount;
  }

  /** Resolves once the stream has caught up. Throws `rate-limited` or `unavailable` where it is not admitted. */
  async open(request: OpenRequest): Promise<OpenStream> {
    const { userId, postIds, isStillValid } = request;
    const graph = await this.#deps.graph.viewer(userId);
    this.#admit(userId);
    const { clock, log } = this.#deps;
    const openedAt = log.head();
    const liveAfter = openedAt - log.overlap;
    const sink = request.connect(() => this.#closed(stream));
    const id = randomUUID();
    const stream: OpenStream = new OpenStream({ id, userId, sink, isStillValid, openedAt, liveAfter });
    this.#audience.add(stream, graph);
    if (!this.#channels.has(userId)) {
      const receive = (text: string) => this.#receive(userId, text);
      this.#channels.set(userId, this.#deps.pubsub.subscribe(channelOf(userId), receive));
    }
    const retryMs = Math.round(retryMinMs + clock.random() * retrySpreadMs);
    const after = request.lastEventId;
    // Whoever resumes keeps the old position until all since then has been sent.
    const position = after === undefined ? openedAt : undefined;
    const ready = frame('ready', JSON.stringify({ streamId: stream.id }), position);
    stream.sendNow(`retry: ${retryMs}\n${ready}`);
    try {
      await this.watch(stream, postIds);
      if (after !== undefined) await this.#resume(stream, after);
      stream.caughtUp();
      await Promise.all([
        sendUnread(this.#deps, this.#audience, [userId]),
        sendCounts(this.#deps, this.#audience, [...stream.watched], stream),
      ]);
    } catch (error) {
      this.#report(error, 'opening a stream');
      stream.end();
    }
    return stream;
  }

  #admit(userId: Id): void {
    if (this.#draining)
      throw new Refusal('unavailable', 'This server is stopping.', { retryAfterSeconds: 2 });
    if (this.#audience.streamsCount >= this.#limits.streamsMax) {
      throw new Refusal('unavailable', 'Too many pages are open here.', { retryAfterSeconds: 30 });
    }
    if ((this.#audience.listener(userId)?.streams.size ?? 0) >= this.#limits.streamsPerPersonMax) {
      throw new Refusal('rate-limited', 'You have too many pages open.', { retryAfterSeconds: 30 });
    }
  }

  #closed(stream: OpenStream): void {
    stream.destroy();
    if (!this.#audience.remove(stream)) return;
    this.#channels.get(stream.userId)?.();
    this.#channels.delete(stream.userId);
  }

  watch(stream: OpenStream, postIds: readonly Id[]): Promise<void> {
    const watchedMax = this.#limits.watchedPostsMax;
    return namePosts(this.#deps, this.#audience, stream, { postIds, watchedMax });
  }

  async #resume(stream: OpenStream, lastEventId: string): Promise<void> {
    const result = await this.#replay(stream, lastEventId);
    stream.sendNow(
      result === 'reset'
        ? frame('reset', JSON.stringify({ reason: 'too far back' }), stream.openedAt)
        : heartbeat(stream.openedAt),
    );
  }

  #replay(stream: OpenStream, lastEventId: string): Promise<'done' | 'reset'> {
    const targets: Targets = {
      following: () => [stream],
      watching: (postId) => (stream.watched.has(postId) ? [stream] : []),
      of: (userId) => (userId === stream.userId ? [stream] : []),
    };
    return catchUp({
      log: this.#deps.log,
      lastEventId,
      upTo: stream.openedAt,
      isGone: () => stream.isClosed,
      admit: (replay) => this.#replays.run(stream.userId, replay),
      evaluate: async (entries) => {
        const texts = await evaluate({
          deps: this.#deps,
          entries,
          targets,
          accepts: () => true,
          ...this.#watching,
        });
        stream.sendNow(texts.get(stream) ?? '');
      },
    });
  }

  async #handle(entries: readonly LogEntry[]): Promise<void> {
    const { related, accounts } = peopleIn(entries);
    await eachLimited(this.#listening(related), listenersAtOnceMax, (listener) => this.#refresh(listener));
    await eachLimited(this.#listening(accounts), listenersAtOnceMax, (listener) =>
      this.#endInvalid(listener),
    );
    for (const { kind, data } of entries) {
      const postId = String(data.postId);
      if (kind === 'counts.changed' && this.#audience.watching(postId)) this.#counts.mark(postId);
      const userId = String(data.userId);
      if (kind === 'notification.changed' && this.#audience.listener(userId)) this.#unread.mark(userId);
    }
    const texts = await evaluate({
      deps: this.#deps,
      entries,
      targets: {
        following: (authorId) =>
          [...this.#audience.following(authorId)].flatMap(({ streams }) => [...streams]),
        watching: (postId) => [...(this.#audience.watching(postId) ?? [])],
        of: (userId) => [...(this.#audience.listener(userId)?.streams ?? [])],
      },
      // What a stream is to replay, or happened before it opened, it is not sent live.
      accepts: (stream, position) => position > stream.liveAfter,
      ...this.#watching,
    });
    let sent = 0;
    for (const [stream, text] of texts) {
      stream.send(text);
      if (++sent % sentAtOnceMax === 0) await letOthersRun();
    }
  }

  #listening(userIds: Iterable<Id>): Listener[] {
    return [...userIds].flatMap((userId) => this.#audience.listener(userId) ?? []);
  }

  async #refresh(listener: Listener): Promise<void> {
    this.#audience.refresh(listener, await this.#deps.graph.viewer(listener.userId));
  }

  async #endInvalid({ streams }: Listener): Promise<void> {
    for (const stream of [...streams]) {
      if (!(await stream.isStillValid())) stream.end(frame('end', JSON.stringify({ reason: 'logged out' })));
    }
  }

  async #beat(): Promise<void> {
    const position = this.#subscription?.lag() === 0 ? this.#deps.log.head() : undefined;
    await eachLimited([...this.#audience.listeners()], listenersAtOnceMax, async (listener) => {
      await this.#refresh(listener);
      await this.#endInvalid(listener);
      for (const stream of listener.streams) {
        if (!stream.isCatchingUp)
          stream.send(position === undefined ? ': still here\n\n' : heartbeat(position));
      }
    });
  }

  #receive(userId: Id, text: string): void {
    const message: LiveMessage | undefined = parseMessage(text);
    const listener = this.#audience.listener(userId);
    if (!message || !listener) return;
    if (message.type === 'event') {
      for (const stream of listener.streams) stream.send(frame(message.event, JSON.stringify(message.data)));
    } else if (message.type === 'watch') {
      for (const stream of listener.streams)
        if (stream.id === message.streamId)
          this.watch(stream, message.postIds).catch((error) => this.#report(error, 'naming posts'));
    } else {
      this.#endInvalid(listener).catch((error) => this.#report(error, 'ending streams'));
    }
  }

  #report(error: unknown, doing: string): void {
    this.#deps.report?.(error, doing);
  }
}
