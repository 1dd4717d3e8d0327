import type { Id } from '../../lib/ids.ts';
import { KeyRing } from './key-ring.ts';

export interface Inbox {
  readonly serial: number;
  readonly readerId: Id;
  readonly ring: KeyRing;
  /** Slots of the authors whose audience it is in, and whether it covers them. */
  readonly authors: Map<number, boolean>;
  /** Changed by whatever ends coverage: an older backfill is then refused. */
  term: number;
  /** Changed with every change of coverage: an older plan is then refused. */
  version: number;
  bytes: number;
  /** Neighbours in the order of last use. A Map re-ordered by delete and set degrades when one reader is hot. */
  older: Inbox | undefined;
  newer: Inbox | undefined;
}

export interface InboxesOptions {
  ringMax: number;
  bytesMax: number;
  nextTerm: () => number;
}

/** What a membership costs here and in the audience, roughly. */
const authorBytes = 52;
const inboxBytes = 400;

/** Readers' inboxes. Memory is bounded: the reader who has not read for longest loses the inbox first. */
export class Inboxes {
  readonly #byReader = new Map<Id, Inbox>();
  readonly #bySerial = new Map<number, Inbox>();
  readonly #options: InboxesOptions;
  #serial = 0;
  #oldest: Inbox | undefined;
  #newest: Inbox | undefined;
  bytes = 0;
  evictions = 0;

  constructor(options: InboxesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#byReader.size;
  }
  bySerial(serial: number): Inbox | undefined {
    return this.#bySerial.get(serial);
  }
  peek(readerId: Id): Inbox | undefined {
    return this.#byReader.get(readerId);
  }
  /** The inbox, which counts as used now. */
  use(readerId: Id): Inbox | undefined {
    const inbox = this.#byReader.get(readerId);
    if (inbox && inbox !== this.#newest) {
      this.#unlink(inbox);
      this.#link(inbox);
    }
    return inbox;
  }

  open(readerId: Id): Inbox {
    const existing = this.use(readerId);
    if (existing) return existing;
    const inbox: Inbox = {
      serial: ++this.#serial,
      readerId,
      ring: new KeyRing({ max: this.#options.ringMax, tagged: true, capacity: 16 }),
      authors: new Map(),
      term: this.#options.nextTerm(),
      version: this.#options.nextTerm(),
      bytes: 0,
      older: undefined,
      newer: undefined,
    };
    this.#link(inbox);
    this.#byReader.set(readerId, inbox);
    this.#bySerial.set(inbox.serial, inbox);
    return inbox;
  }

  /** After any change of an inbox: counts its bytes and, over the limit, evicts others. */
  account(inbox: Inbox): void {
    const bytes = inboxBytes + inbox.ring.bytes + inbox.authors.size * authorBytes;
    this.bytes += bytes - inbox.bytes;
    inbox.bytes = bytes;
    while (this.bytes > this.#options.bytesMax && this.#byReader.size > 1) {
      this.remove(this.#oldest!);
      this.evictions++;
    }
  }

  remove(inbox: Inbox): void {
    this.#unlink(inbox);
    this.#byReader.delete(inbox.readerId);
    this.#bySerial.delete(inbox.serial);
    this.bytes -= inbox.bytes;
    inbox.bytes = 0;
  }

  #link(inbox: Inbox): void {
    inbox.older = this.#newest;
    inbox.newer = undefined;
    if (this.#newest) this.#newest.newer = inbox;
    else this.#oldest = inbox;
    this.#newest = inbox;
  }
  #unlink({ older, newer }: Inbox): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }

  clear(): void {
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#byReader.clear();
    this.#bySerial.clear();
    this.bytes = 0;
  }
}
