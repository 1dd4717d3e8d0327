import type { Id } from '../../lib/ids.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { OpenStream } from './open-stream.ts';

/** One person with at least one open stream here. */
export interface Listener {
  readonly userId: Id;
  readonly streams: Set<OpenStream>;
  /** As last indexed; an older object than `Graph.viewer` answers means that the index is behind. */
  graph: ViewerGraph;
}

/** Who follows more than this is not indexed by author but asked about each post: it bounds the index. */
const indexedFollowsMax = 1000;

/**
 * Who is listening, and to what: so that a hint costs only the open streams it concerns, however many followers
 * or readers there are.
 */
export class Audience {
  readonly #listeners = new Map<Id, Listener>();
  readonly #byAuthor = new Map<Id, Set<Listener>>();
  readonly #wide = new Set<Listener>();
  readonly #byPost = new Map<Id, Set<OpenStream>>();
  #streams = 0;

  get streamsCount(): number {
    return this.#streams;
  }
  listener(userId: Id): Listener | undefined {
    return this.#listeners.get(userId);
  }
  listeners(): IterableIterator<Listener> {
    return this.#listeners.values();
  }

  add(stream: OpenStream, graph: ViewerGraph): void {
    this.#streams++;
    const known = this.#listeners.get(stream.userId);
    if (known) {
      known.streams.add(stream);
      return;
    }
    const listener = { userId: stream.userId, streams: new Set([stream]), graph };
    this.#listeners.set(stream.userId, listener);
    this.#index(listener);
  }

  /** Answers true when that was the person's last stream. */
  remove(stream: OpenStream): boolean {
    const listener = this.#listeners.get(stream.userId);
    if (!listener?.streams.delete(stream)) return false;
    this.#streams--;
    for (const postId of stream.watched) this.#unwatch(stream, postId);
    if (listener.streams.size > 0) return false;
    this.#unindex(listener);
    this.#listeners.delete(stream.userId);
    return true;
  }

  /** Does nothing where the graph is the one that is indexed. O(follows) otherwise. */
  refresh(listener: Listener, graph: ViewerGraph): void {
    if (graph === listener.graph || !this.#listeners.has(listener.userId)) return;
    this.#unindex(listener);
    listener.graph = graph;
    this.#index(listener);
  }

  /** Those who follow the author, and the author. */
  *following(authorId: Id): Generator<Listener> {
    const self = this.#listeners.get(authorId);
    if (self) yield self;
    for (const listener of this.#byAuthor.get(authorId) ?? []) if (listener !== self) yield listener;
    for (const listener of this.#wide)
      if (listener !== self && listener.graph.following.has(authorId)) yield listener;
  }

  /** The stream is told of changes of that post from now on. Of too many, the oldest are dropped. */
  watch(stream: OpenStream, postId: Id, watchedMax: number): void {
    stream.watched.delete(postId);
    stream.watched.add(postId);
    const watchers = this.#byPost.get(postId) ?? new Set();
    this.#byPost.set(postId, watchers.add(stream));
    if (stream.watched.size > watchedMax) {
      const [oldest] = stream.watched;
      this.unwatch(stream, oldest!);
    }
  }
  unwatch(stream: OpenStream, postId: Id): void {
    if (stream.watched.delete(postId)) this.#unwatch(stream, postId);
  }
  watching(postId: Id): ReadonlySet<OpenStream> | undefined {
    return this.#byPost.get(postId);
  }

  #unwatch(stream: OpenStream, postId: Id): void {
    const watchers = this.#byPost.get(postId);
    watchers?.delete(stream);
    if (watchers?.size === 0) this.#byPost.delete(postId);
  }
  #index(listener: Listener): void {
    const { following } = listener.graph;
    if (following.size > indexedFollowsMax) {
      this.#wide.add(listener);
      return;
    }
    for (const authorId of following) {
      const set = this.#byAuthor.get(authorId) ?? new Set();
      this.#byAuthor.set(authorId, set.add(listener));
    }
  }
  #unindex(listener: Listener): void {
    if (this.#wide.delete(listener)) return;
    for (const authorId of listener.graph.following) {
      const set = this.#byAuthor.get(authorId);
      set?.delete(listener);
      if (set?.size === 0) this.#byAuthor.delete(authorId);
    }
  }
}
