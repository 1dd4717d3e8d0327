/** A page that is open: what the server tells it, as it happens. */
import assert from 'node:assert/strict';
import type { Person } from './client.ts';

export interface LiveEvent {
  event: string;
  id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: events of many kinds; tests look at the members they wait for.
  data: any;
}

const waitMsMax = 20_000;

export class EventStream {
  readonly events: LiveEvent[] = [];
  readonly #abort = new AbortController();
  #changed: () => void = () => {};

  private constructor() {}

  static async open(person: Person, { posts, after }: { posts?: string[]; after?: string } = {}) {
    const stream = new EventStream();
    const query = posts ? `?posts=${posts.join(',')}` : '';
    const response = await fetch(`${person.client.url}/v1/stream${query}`, {
      headers: { authorization: `Bearer ${person.token}`, ...(after && { 'last-event-id': after }) },
      signal: stream.#abort.signal,
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    stream.#read(response.body!).catch(() => {});
    await stream.next('ready');
    return stream;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const part of body) {
      rest += decoder.decode(part, { stream: true });
      const frames = rest.split('\n\n');
      rest = frames.pop()!;
      for (const frame of frames) this.#take(frame);
    }
  }

  #take(frame: string): void {
    const field = (name: string) =>
      frame
        .split('\n')
        .filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).trimStart())
        .join('\n') || undefined;
    const data = field('data');
    if (data === undefined) return;
    this.events.push({ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) });
    this.#changed();
  }

  /** The first event of this name that fits, whether it came already or is still to come. */
  async next(event: string, fits: (data: LiveEvent['data']) => boolean = () => true): Promise<LiveEvent> {
    const deadline = AbortSignal.timeout(waitMsMax);
    for (;;) {
      const found = this.events.find((each) => each.event === event && fits(each.data));
      if (found) return found;
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve;
        deadline.addEventListener('abort', () =>
          reject(new Error(`no “${event}” came; there were ${JSON.stringify(this.events).slice(0, 2000)}`)),
        );
      });
    }
  }

  close(): void {
    this.#abort.abort();
  }
}
