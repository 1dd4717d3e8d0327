import type { Id } from '../../lib/ids.ts';

/** Where a stream's bytes go. */
export interface Sink {
  /** Answers how many bytes wait to be sent. */
  write(text: string): number;
  /** Sends what waits, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Bytes that may wait for a slow reader; beyond, the connection is closed and the client resumes later. */
export const waitingBytesMax = 512 * 1024;
/** Frames held back while a stream catches up with the log. */
const heldFramesMax = 2000;

export interface StreamOptions {
  id: string;
  userId: Id;
  sink: Sink;
  /** True while the credential it was opened with is worth something. */
  isStillValid: () => Promise<boolean>;
  /** The newest position when it opened: what is replayed ends here. */
  openedAt: number;
  /** Log entries up to here are not delivered to it live. */
  liveAfter: number;
}

/** Posts that a page names and whose visibility is being looked up. */
export interface PostsCheck {
  readonly postIds: ReadonlySet<Id>;
  /** Those that a hint found hidden meanwhile. */
  readonly hidden: Set<Id>;
}

/** One open connection. */
export class OpenStream {
  readonly id: string;
  readonly userId: Id;
  readonly isStillValid: () => Promise<boolean>;
  readonly openedAt: number;
  readonly liveAfter: number;
  /** Posts it has been shown, oldest first. Changed by `Audience` only. */
  readonly watched = new Set<Id>();
  readonly #checks = new Set<PostsCheck>();
  readonly #sink: Sink;
  /** Live frames that wait until the past has been replayed; undefined once it has. */
  #held: string[] | undefined = [];
  #closed = false;
  #destroyed = false;

  constructor({ id, userId, sink, isStillValid, openedAt, liveAfter }: StreamOptions) {
    this.id = id;
    this.userId = userId;
    this.#sink = sink;
    this.isStillValid = isStillValid;
    this.openedAt = openedAt;
    this.liveAfter = liveAfter;
  }

  get isClosed(): boolean {
    return this.#closed;
  }
  get isCatchingUp(): boolean {
    return this.#held !== undefined;
  }

  /** Sends frames that are new; held back while the stream is catching up. */
  send(text: string): void {
    if (!this.#held) this.sendNow(text);
    else if (this.#held.push(text) > heldFramesMax) this.destroy();
  }

  /** Sends before whatever is held back. */
  sendNow(text: string): void {
    if (!this.#closed && this.#sink.write(text) > waitingBytesMax) this.destroy();
  }

  beginCheck(postIds: readonly Id[]): PostsCheck {
    const check = { postIds: new Set(postIds), hidden: new Set<Id>() };
    this.#checks.add(check);
    return check;
  }
  endCheck(check: PostsCheck): void {
    this.#checks.delete(check);
  }
  /** True where a check is under way: then that one says that the post is hidden, and nobody else. */
  leaveToCheck(postId: Id): boolean {
    const checks = [...this.#checks].filter(({ postIds }) => postIds.has(postId));
    for (const { hidden } of checks) hidden.add(postId);
    return checks.length > 0;
  }

  caughtUp(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held && held.length > 0) this.sendNow(held.join(''));
  }

  /** The sink tells the hub that it has closed. */
  end(text = ''): void {
    if (this.#closed) return;
    if (text) this.#sink.write(text);
    this.#closed = true;
    this.#sink.end();
  }
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#closed = true;
    this.#sink.destroy();
  }
}

/** A server-sent event; `data` is JSON text, which has no line breaks. */
export function frame(event: string, data: string, position?: number): string {
  return position === undefined
    ? `event: ${event}\ndata: ${data}\n\n`
    : `id: ${position}\nevent: ${event}\ndata: ${data}\n\n`;
}

/** Moves the client's Last-Event-ID without an event, and keeps proxies from closing the connection. */
export const heartbeat = (position: number): string => `: still here\nid: ${position}\n\n`;
