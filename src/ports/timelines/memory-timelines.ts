import type { Id } from '../../lib/ids.ts';
import { Audiences } from './audiences.ts';
import { AuthorHeads } from './author-heads.ts';
import { AuthorSlots } from './author-slots.ts';
import { type Inbox, Inboxes } from './inboxes.ts';
import type { KeyRing } from './key-ring.ts';
import { RingMerge } from './merge-rings.ts';
import {
  type AuthorSet,
  audiencePageMax,
  type Backfill,
  type MergedPage,
  type Readers,
  type ReadRequest,
  type RunRequest,
  ringMaxDefault,
  type Timelines,
} from './timelines.ts';

export interface MemoryTimelinesOptions {
  /** Keys in one head or inbox; at most 65,535. */
  ringMax?: number;
  /** For all inboxes together, and for all heads together. */
  inboxBytesMax?: number;
  headBytesMax?: number;
}

const bytesMaxDefault = 256 * 2 ** 20;

/**
 * Timelines in this process's memory: what one machine runs on. Measured on one core: a delivery 0.1 to 0.2 µs,
 * 20 keys of an inbox about 1 µs, 20 keys of 50 heads about 3 µs. Nothing outlives the process.
 */
export function createMemoryTimelines(options: MemoryTimelinesOptions = {}): Timelines {
  return new MemoryTimelines(options);
}

class MemoryAuthorSet implements AuthorSet {
  readonly ids: readonly Id[];
  readonly slots: Uint32Array;
  constructor(ids: readonly Id[], slots: AuthorSlots) {
    this.ids = ids;
    this.slots = Uint32Array.from(ids, (id) => slots.of(id));
  }
}

interface SerialPage extends Readers {
  readonly serials: Uint32Array;
}

class MemoryTimelines implements Timelines {
  readonly #slots = new AuthorSlots();
  readonly #popular = new Set<number>();
  readonly #heads: AuthorHeads;
  readonly #inboxes: Inboxes;
  readonly #audiences: Audiences;
  readonly #merge = new RingMerge();
  readonly #rings: KeyRing[] = [];
  #term = 0;
  #version = 0;

  constructor({
    ringMax = ringMaxDefault,
    inboxBytesMax = bytesMaxDefault,
    headBytesMax = bytesMaxDefault,
  }: MemoryTimelinesOptions) {
    if (ringMax > 65_535) throw new RangeError(`ringMax ${ringMax}`);
    const nextTerm = () => ++this.#term;
    this.#heads = new AuthorHeads({ ringMax, bytesMax: headBytesMax, nextTerm });
    this.#inboxes = new Inboxes({ ringMax, bytesMax: inboxBytesMax, nextTerm });
    this.#audiences = new Audiences((serial) => this.#inboxes.bySerial(serial) !== undefined);
  }

  prepare(authors: readonly Id[]) {
    return new MemoryAuthorSet(authors, this.#slots);
  }

  async read({ readerId, version, pulled, before, limit }: ReadRequest): Promise<MergedPage> {
    const page: MergedPage = { current: true, keys: [], authors: [], floor: 0, inboxFloor: 0, absent: [] };
    const inbox = this.#inboxes.use(readerId);
    if (version !== 0 && inbox?.version !== version) return { ...page, current: false };
    const { ids, slots } = pulled instanceof MemoryAuthorSet ? pulled : this.prepare(pulled.ids);
    const rings = this.#rings;
    rings.length = 0;
    for (let i = 0; i < slots.length; i++) {
      const ring = this.#heads.get(slots[i]!)?.ring;
      if (ring) rings.push(ring);
      if (!ring || ring.floor === Number.POSITIVE_INFINITY) page.absent.push(ids[i]!);
      else if (ring.floor > page.floor) page.floor = ring.floor;
    }
    if (page.absent.length > 0) return { ...page, floor: Number.POSITIVE_INFINITY };
    // An inbox that was never filled covers nobody, so the plan pulls everybody.
    if (version !== 0 && inbox && inbox.ring.floor !== Number.POSITIVE_INFINITY) {
      page.inboxFloor = inbox.ring.floor;
      page.floor = Math.max(page.floor, page.inboxFloor);
      rings.push(inbox.ring);
    }
    const merged = this.#merge.merge(rings, { before, floor: page.floor, limit });
    for (let i = 0; i < merged.count; i++) {
      const ring = merged.rings[i]!;
      page.keys.push(merged.keys[i]!);
      page.authors.push(ring < ids.length ? ids[ring]! : this.#slots.ids[merged.tags[i]!]!);
    }
    return page;
  }

  async openHeads(authors: readonly Id[]) {
    return authors.map((id) => this.#heads.open(this.#slots.of(id)));
  }
  async fillHeads(fills: Parameters<Timelines['fillHeads']>[0]) {
    this.#version++;
    for (const fill of fills) this.#heads.fill(this.#slots.of(fill.authorId), fill);
  }
  async headRuns(requests: readonly RunRequest[], { limit }: { limit: number }) {
    return requests.map(({ authorId, before }) =>
      this.#heads.run(this.#slots.find(authorId), { before, limit }),
    );
  }
  async pushHeads(posts: Parameters<Timelines['pushHeads']>[0]) {
    this.#version++;
    for (const { authorId, key } of posts) {
      const slot = this.#slots.find(authorId);
      if (slot !== undefined) this.#heads.push(slot, key);
    }
  }

  async audience(authorId: Id, { cursor, limit }: { cursor?: string | undefined; limit: number }) {
    if (limit < 1 || limit > audiencePageMax) throw new RangeError(`audience limit ${limit}`);
    const end = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor);
    const slot = this.#slots.find(authorId) ?? -1;
    const { serials, next } = this.#audiences.page(slot, end, limit);
    const readers: SerialPage = { serials, count: serials.length };
    return { readers, next: next > 0 ? String(next) : undefined };
  }
  async audienceSize(authorId: Id) {
    return this.#audiences.size(this.#slots.find(authorId) ?? -1);
  }
  async setPopular(authorId: Id, popular: boolean) {
    const slot = this.#slots.of(authorId);
    if (popular) this.#popular.add(slot);
    else this.#popular.delete(slot);
  }
  async popularAmong(authors: readonly Id[]) {
    return new Set(authors.filter((id) => this.#popular.has(this.#slots.find(id) ?? -1)));
  }

  async deliver(readers: Readers, authorId: Id, key: number) {
    this.#version++;
    const { serials } = readers as SerialPage;
    const slot = this.#slots.of(authorId);
    let taken = 0;
    for (let i = 0; i < serials.length; i++) {
      const inbox = this.#inboxes.bySerial(serials[i]!);
      if (!inbox?.ring.insert(key, slot)) continue;
      taken++;
      this.#inboxes.account(inbox);
    }
    return taken;
  }
  async retire(readers: Readers, authorId: Id) {
    const slot = this.#slots.of(authorId);
    for (const serial of (readers as SerialPage).serials) {
      const inbox = this.#inboxes.bySerial(serial);
      if (inbox) this.#leave(inbox, [slot]);
      else this.#audiences.leave(slot, serial);
    }
  }

  async join(readerId: Id, authors: readonly Id[]) {
    const inbox = this.#inboxes.open(readerId);
    for (const id of authors) {
      const slot = this.#slots.of(id);
      if (inbox.authors.has(slot)) continue;
      inbox.authors.set(slot, false);
      this.#audiences.join(slot, inbox.serial);
    }
    this.#inboxes.account(inbox);
    return { term: inbox.term, floor: inbox.ring.floor };
  }
  async cover(readerId: Id, { term, authors, keys, authorOf, from }: Backfill) {
    const inbox = this.#inboxes.peek(readerId);
    if (inbox?.term !== term) return false;
    this.#version++;
    const slots = authors.map((id) => this.#slots.of(id));
    const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
    for (const i of order) inbox.ring.insert(keys[i]!, slots[authorOf[i]!]!);
    if (inbox.ring.floor === Number.POSITIVE_INFINITY) inbox.ring.extend(from);
    else inbox.ring.raise(from);
    for (const slot of slots) inbox.authors.set(slot, true);
    inbox.version = ++this.#term;
    this.#inboxes.account(inbox);
    return true;
  }
  async uncover(readerId: Id, authors: readonly Id[]) {
    const inbox = this.#inboxes.peek(readerId);
    if (inbox)
      this.#leave(
        inbox,
        authors.map((id) => this.#slots.of(id)),
      );
  }
  #leave(inbox: Inbox, slots: readonly number[]) {
    inbox.term = ++this.#term;
    inbox.version = ++this.#term;
    for (const slot of slots) if (inbox.authors.delete(slot)) this.#audiences.leave(slot, inbox.serial);
    this.#inboxes.account(inbox);
  }
  async coverage(readerId: Id) {
    const inbox = this.#inboxes.peek(readerId);
    if (!inbox) return undefined;
    const covered = new Set<Id>();
    for (const [slot, isCovered] of inbox.authors) if (isCovered) covered.add(this.#slots.ids[slot]!);
    return {
      version: inbox.version,
      floor: inbox.ring.floor,
      has: (id: Id) => covered.has(id),
      authors: () => [...covered],
    };
  }
  async drop(readerId: Id) {
    const inbox = this.#inboxes.peek(readerId);
    if (inbox) this.#inboxes.remove(inbox);
  }

  async clear() {
    this.#version++;
    this.#heads.clear();
    this.#inboxes.clear();
    this.#audiences.clear();
    this.#popular.clear();
  }
  version() {
    return this.#version;
  }
  size() {
    return {
      inboxes: this.#inboxes.count,
      heads: this.#heads.count,
      bytes: this.#inboxes.bytes + this.#heads.bytes,
      evictions: this.#inboxes.evictions + this.#heads.evictions,
    };
  }
}
