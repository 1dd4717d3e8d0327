import assert from 'node:assert/strict';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { type Records, RecordsError } from '../../ports/records/records.ts';
import { type Drive, openDrive } from './context.ts';
import type { FilesFeature } from './files.ts';
import { allKeptMs } from './kept-moments.ts';
import { versionIdOf } from './node.ts';
import { positionAt, type Standing } from './past.ts';
import { fileTrash, folderEntries, nodePasts } from './tables.ts';
import { dumpTree, type FilesWorld, filesWorld, plainTree, testUses } from './test-files.ts';
import { laggingRecords } from './test-lagging-records.ts';
import {
  applied,
  isLive,
  type ModelNode,
  type Nodes,
  type Op,
  plain,
  sorted,
  subtree,
  without,
} from './test-model.ts';
import { type Outcome, orders, outcomeOf, randomOp } from './test-ops.ts';
import { all, pastTree, replaced, treeAt } from './test-trees.ts';

const dayMs = 86_400_000;

/** How it stood after a step. */
interface Moment {
  position: number;
  atMs: number;
  nodes: Nodes;
}

export interface HistoryOptions {
  seed: number;
  steps: number;
  /** Another store than one in memory; then nothing is late or lost but by itself. */
  records?: Records;
}

/** A random life of a drive on several devices, each step held against the model. Throws where they differ. */
export async function playHistory(options: HistoryOptions): Promise<void> {
  const history = new History(options);
  for (let step = 0; step < options.steps; step++) await history.step();
  await history.end();
}

class History {
  readonly #world: FilesWorld;
  readonly #who: Principal;
  readonly #random: () => number;
  readonly #arrive: (share: number) => Promise<void>;
  #devices: FilesFeature[];
  #nodes: Nodes = new Map();
  #moments: Moment[] = [];
  #snapshots: { id: Id; moment: Moment }[] = [];
  /** Deleted for good. */
  #purged = new Set<Id>();
  #versions = new Map<Id, string[]>();

  constructor({ seed, records }: HistoryOptions) {
    const clock = manualClock(Date.UTC(2026, 3, 1), seed);
    this.#random = clock.random;
    const below = records ?? createMemoryStore({ nowMs: clock.nowMs }).records;
    const isRough = !records && this.#random() < 0.5;
    const lag = isRough ? { lateShare: 0.15, lostShare: 0.06 } : { lateShare: 0, lostShare: 0 };
    const lagging = laggingRecords(below, { random: isRough ? this.#random : () => 1, ...lag });
    this.#arrive = lagging.arrive;
    this.#world = filesWorld({ records: lagging.records, clock, node: seed % 256 });
    this.#who = this.#world.person();
    this.#devices = [this.#world.files, this.#world.open()];
  }

  async step(): Promise<void> {
    const { clock } = this.#world;
    clock.advance(1 + Math.floor(this.#random() * (this.#chance(0.1) ? 8 * dayMs : 60_000)));
    if (this.#chance(0.1)) this.#devices = [this.#world.open(), this.#world.open()];
    await this.#arrive(this.#random());
    const kind = this.#random();
    if (kind < 0.55) await this.#ops(1);
    else if (kind < 0.75) await this.#ops(2 + Math.floor(this.#random() * 3));
    else if (kind < 0.83) await this.#snapshot();
    else if (kind < 0.93) await this.#restore();
    else await this.#tend();
    this.#moments.push({
      position: (await this.#drive()).head.position,
      atMs: clock.nowMs(),
      nodes: this.#nodes,
    });
  }

  /** Some operations at once: there must be an order in which the model does the same. */
  async #ops(count: number): Promise<void> {
    const ops = Array.from({ length: count }, () => this.#randomOp());
    const outcomes = await Promise.all(ops.map((op, i) => outcomeOf(this.#run(this.#devices[i % 2]!, op))));
    const state = await this.#read();
    const reached = plain(state, this.#who.userId);
    const fits = orders(ops.map((_, i) => i)).some((order) =>
      this.#fits(
        order.map((i) => ({ op: ops[i]!, outcome: outcomes[i]! })),
        reached,
      ),
    );
    if (!fits) {
      const tried = ops.map((op, i) => ({ op, outcome: outcomes[i] }));
      assert.deepEqual(reached, { before: plain(this.#nodes, this.#who.userId), tried });
    }
    for (const op of ops) {
      if (op.does !== 'purge') continue;
      for (const id of subtree(this.#nodes, op.id)) if (!state.has(id)) this.#purged.add(id);
    }
    this.#nodes = state;
    await this.#checkVersions();
  }

  #fits(done: { op: Op; outcome: Outcome }[], reached: ReturnType<typeof plain>): boolean {
    const rootId = this.#who.userId;
    const tried = (nodes: Nodes, from: number): boolean => {
      const each = done[from];
      if (!each) {
        const now = plain(nodes, rootId);
        return JSON.stringify(now) === JSON.stringify(reached);
      }
      const { op, outcome } = each;
      const next = applied(
        nodes,
        rootId,
        op,
        outcome.is === 'done' ? (outcome.id ?? `new-${from}`) : `new-${from}`,
      );
      if (outcome.is === 'refused') return next === undefined && tried(nodes, from + 1);
      if (outcome.is === 'done') return next !== undefined && tried(next, from + 1);
      return (next !== undefined && tried(next, from + 1)) || tried(nodes, from + 1);
    };
    return tried(this.#nodes, 0);
  }

  async #run(files: FilesFeature, op: Op): Promise<Id | undefined> {
    const who = this.#who;
    const base = (given: string | undefined) => (given === undefined ? {} : { baseVersionId: given });
    switch (op.does) {
      case 'folder':
        return (await files.createFolder(who, { parentId: op.parentId, name: op.name })).node.id;
      case 'write': {
        const content = this.#world.contents.get(op.content)!;
        const expected = { ...base(op.base), isNew: op.isNew };
        const made = await files.write(
          who,
          { parentId: op.parentId, name: op.name },
          { content, ...expected },
        );
        return made.isNew ? made.node.id : undefined;
      }
      case 'update':
        await files.write(
          who,
          { id: op.id },
          { content: this.#world.contents.get(op.content)!, ...base(op.base) },
        );
        return undefined;
      case 'change':
        await files.change(who, op.id, op);
        return undefined;
      case 'delete':
        await files.delete(who, op.id, base(op.base));
        return undefined;
      case 'untrash':
        await files.restoreFromTrash(who, op.id);
        return undefined;
      case 'purge':
        await files.deleteForGood(who, op.id);
        return undefined;
      case 'version':
        await files.restoreVersion(who, op.id, op.versionId);
        return undefined;
    }
  }

  #randomOp(): Op {
    return randomOp({
      nodes: this.#nodes,
      rootId: this.#who.userId,
      versions: this.#versions,
      random: this.#random,
      content: () => this.#world.content(1 + Math.floor(this.#random() * 1000)).id,
    });
  }

  async #snapshot(): Promise<void> {
    const [device] = this.#devices;
    if (this.#snapshots.length > 0 && this.#chance(0.3)) {
      const removed = this.#snapshots.splice(Math.floor(this.#random() * this.#snapshots.length), 1)[0]!;
      await this.#surely(async () => {
        try {
          await device!.removeSnapshot(this.#who, removed.id);
        } catch (error) {
          if (!(error instanceof Refusal && error.code === 'not-found')) throw error;
        }
      });
      return;
    }
    const made = await this.#surely(() => device!.makeSnapshot(this.#who, { name: 'one' }));
    const moment = { position: made.position, atMs: this.#world.clock.nowMs(), nodes: this.#nodes };
    this.#snapshots.push({ id: made.id, moment });
  }

  /** To a snapshot or a moment, wholly or a part. */
  async #restore(): Promise<void> {
    const snapshot = this.#chance(0.5) ? this.#one(this.#snapshots) : undefined;
    const moment = snapshot?.moment ?? this.#one(this.#moments);
    if (!moment) return;
    const drive = await this.#drive();
    const isOld = moment.atMs <= this.#world.clock.nowMs() - allKeptMs;
    if (!snapshot && isOld) return;
    const position = snapshot ? snapshot.moment.position : moment.position;
    if (!snapshot) assert.equal(await this.#positionAt(drive, moment.atMs), position);
    const target = snapshot ? { snapshotId: snapshot.id } : { atMs: moment.atMs };
    const then = await pastTree(this.#devices[1]!, this.#who, target);
    const kept = snapshot ? moment.nodes : without(moment.nodes, this.#purged);
    assert.deepEqual(then, plain(kept, this.#who.userId).tree, 'what is looked at is what comes back');
    const path = this.#chance(0.4) ? this.#one(Object.keys(then)) : undefined;
    const expected =
      path === undefined ? then : replaced(plain(this.#nodes, this.#who.userId).tree, then, path);
    const refused = await this.#surely(async () => {
      try {
        await this.#devices[0]!.restore(this.#who, target, path);
        return false;
      } catch (error) {
        // A file stands where a folder on the way was.
        if (error instanceof Refusal && error.code === 'conflict' && path !== undefined) return true;
        throw error;
      }
    });
    this.#nodes = await this.#read();
    if (!refused) assert.deepEqual(plain(this.#nodes, this.#who.userId).tree, sorted(expected));
    await this.#checkVersions();
  }

  async #tend(): Promise<void> {
    const before = this.#nodes;
    await this.#surely(async () => {
      for (let i = 0; i < 20 && !(await this.#devices[1]!.tend(this.#who.userId)); i++);
    });
    this.#nodes = await this.#read();
    // What was in the trash for long may be gone; the tree is as it was.
    assert.deepEqual(plain(this.#nodes, this.#who.userId).tree, plain(before, this.#who.userId).tree);
    for (const id of before.keys()) if (!this.#nodes.has(id)) this.#purged.add(id);
    this.#versions.clear();
    await this.#checkVersions();
  }

  /** No version is lost but by tending, and the newest is the current one. */
  async #checkVersions(): Promise<void> {
    if (this.#chance(0.7)) return;
    for (const { id, kind, content } of this.#nodes.values()) {
      if (kind !== 'file' || !isLive(this.#nodes, this.#who.userId, id)) continue;
      const { items } = await this.#devices[0]!.versions(this.#who, id, { limit: 100 });
      const found = items.map((item) => `${versionIdOf(item.version)} ${item.content.id}`);
      assert.equal(items[0]!.content.id, content);
      const known = this.#versions.get(id) ?? [];
      assert.deepEqual(found.slice(found.length - known.length), known);
      this.#versions.set(id, found);
    }
  }

  async end(): Promise<void> {
    const rootId = this.#who.userId;
    await this.#arrive(1);
    await this.#tend();
    await this.#arrive(1);
    await this.#tend();
    const drive = await this.#drive();
    assert.deepEqual(
      plainTree(await dumpTree(this.#devices[0]!, this.#who)),
      plain(this.#nodes, rootId).tree,
    );
    assert.deepEqual(await this.#replayed(), plain(this.#nodes, rootId).tree, 'the journal leads here');
    for (const { moment } of this.#snapshots) {
      assert.deepEqual(await treeAt(drive, moment.position), plain(moment.nodes, rootId).tree, 'a snapshot');
    }
    const midnightMs = Math.floor((this.#world.clock.nowMs() - allKeptMs) / dayMs) * dayMs - 5 * dayMs;
    const old = this.#moments.findLast(({ atMs }) => atMs <= midnightMs);
    const recent = this.#moments.filter(({ atMs }) => atMs > this.#world.clock.nowMs() - allKeptMs);
    for (const moment of [old, this.#one(recent), this.#one(recent), this.#one(recent)]) {
      if (!moment) continue;
      const timeMs = moment === old ? midnightMs : moment.atMs;
      assert.equal(await this.#positionAt(drive, timeMs), moment.position);
      const kept = plain(without(moment.nodes, this.#purged), rootId).tree;
      assert.deepEqual(await pastTree(this.#devices[0]!, this.#who, { atMs: timeMs }), kept, 'a moment');
    }
    await this.#checkUses(drive);
  }

  /** Every version that can be shown keeps its content, nothing else does, and that is what is counted. */
  async #checkUses({ head }: Drive): Promise<void> {
    const uses = await all(this.#world.records, testUses);
    const pasts = await all(this.#world.records, nodePasts);
    const shown = new Map<string, Id>();
    for (const { value } of pasts) {
      // Others may live on the same engine.
      if (value.content && this.#world.contents.has(value.content.id))
        shown.set(`version:${value.id}:${versionIdOf(value.version)}`, value.content.id);
    }
    for (const { id, content, version } of this.#nodes.values()) {
      if (content !== null) shown.set(`version:${id}:${version}`, content);
    }
    const mine = uses.filter(({ key }) => this.#world.contents.has(key[0]!));
    assert.deepEqual(
      mine.map(({ key }) => `${key[1]} ${key[0]}`).sort(),
      [...shown].map(([use, content]) => `${use} ${content}`).sort(),
    );
    const sum = mine.reduce((bytes, { key }) => bytes + this.#world.contents.get(key[0]!)!.sizeBytes, 0);
    assert.equal(head.usedBytes, sum);
    assert.equal(head.nodes, this.#nodes.size);
  }

  /** The tree as a client has it that knows nothing but the changes. */
  async #replayed(): Promise<Record<string, string>> {
    const nodes = new Map<Id, ModelNode>();
    let cursor: string | undefined;
    let hasMore = true;
    while (hasMore) {
      const page = await this.#devices[0]!.changes(this.#who, { limit: 7, cursor });
      for (const { kind, node, parentId } of page.items) {
        const { id, name, content } = node;
        const isTrashed = kind === 'deleted';
        nodes.set(id, {
          id,
          name,
          kind: node.kind,
          parentId: parentId!,
          content: content?.id ?? null,
          version: '',
          isTrashed,
        });
      }
      cursor = page.nextCursor;
      hasMore = page.hasMore;
    }
    return plain(nodes, this.#who.userId).tree;
  }

  /** The nodes as rows have them. */
  async #read(): Promise<Nodes> {
    const drive = await this.#drive();
    const nodes = new Map<Id, ModelNode>();
    const add = (entry: Standing['entry'], parentId: Id, isTrashed: boolean) => {
      const { id, kind, name, content } = entry;
      const version = versionIdOf(entry.version);
      assert.ok(!nodes.has(id), 'a node lies in one place');
      nodes.set(id, { id, kind, name, parentId, content: content?.id ?? null, version, isTrashed });
      return kind === 'folder' ? [id] : [];
    };
    const trash = await drive.view.list(fileTrash, [drive.id], { limit: 900 });
    const folders = [drive.id, ...trash.flatMap(({ value }) => add(value, value.parentId, true))];
    for (const id of folders) {
      const rows = await drive.view.list(folderEntries, [id], { limit: 900 });
      folders.push(...rows.flatMap(({ value }) => add(value, id, false)));
    }
    return nodes;
  }

  #drive(): Promise<Drive> {
    return openDrive(this.#world, this.#who.userId);
  }

  #positionAt({ view, id, head }: Drive, timeMs: number): Promise<number> {
    return positionAt(view, id, { timeMs, head: head.position });
  }

  /** Again until it is known to be done. */
  async #surely<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof RecordsError) || attempt > 200) throw error;
      }
    }
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
  #one<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}
