import type { DiskEvent } from './disk-journal.ts';
import { GrowingBytes, sectors } from './growing-bytes.ts';
import type { Taste } from './survival.ts';

/**
 * What a disk may hold after a power cut: everything that was synced, and of the rest any part. A file's bytes
 * and size are sure once the file was synced; a name (created, renamed, linked, removed) only once every folder it
 * touches was synced, as fsync(2) says. Without that a change survives by chance: whole, in some of its
 * 512-byte sectors, as a mere growth of the file by zeros, or not at all, whatever came before or after it.
 */

/** A folder in memory. `inode` joins the tree to the journal; nothing else uses it. */
export interface DiskFolder {
  kind: 'folder';
  inode: string;
  entries: Map<string, DiskNode>;
}
export interface DiskFile {
  kind: 'file';
  inode: string;
  read: () => Uint8Array;
}
export type DiskNode = DiskFolder | DiskFile;

type DataChange = Extract<DiskEvent, { kind: 'write' | 'truncate' | 'extend' }>;
interface DataStep {
  change: DataChange;
  order: number;
  fate: 'pending' | 'synced' | 'lost';
}
interface NameStep {
  /** What each name points at afterwards. */
  sets: { folder: LiveFolder; name: string; node: LiveNode | undefined }[];
  order: number;
  /** Folders still to be synced before this is sure. */
  unsynced: Set<LiveFolder>;
}
interface LiveFolder {
  kind: 'folder';
  /** As the process sees it now. */
  entries: Map<string, LiveNode>;
  base: Map<string, LiveNode>;
}
interface LiveFile {
  kind: 'file';
  /** SQLite's -shm: mapped memory, gone after a cut, so what is written to it does not matter. */
  isShared: boolean;
  base: () => Uint8Array;
  steps: DataStep[];
}
type LiveNode = LiveFolder | LiveFile;

/** Replays a journal over the folder as it was, known to be on the disk, when the journal began. */
export class PowerCut {
  #inodes = new Map<string, LiveNode>();
  #root: LiveFolder;
  #names: NameStep[] = [];
  #open = new Map<string, { node: LiveNode; order: number }>();
  #order = 0;

  constructor(base: DiskFolder, events: Iterable<DiskEvent>) {
    this.#root = this.#adopt(base, '') as LiveFolder;
    for (const event of events) {
      this.#order++;
      this.#replay(event);
    }
  }

  #adopt(node: DiskNode, name: string): LiveNode {
    const live: LiveNode =
      node.kind === 'file'
        ? { kind: 'file', base: node.read, steps: [], isShared: isShared(name) }
        : { kind: 'folder', entries: new Map(), base: new Map() };
    this.#inodes.set(node.inode, live);
    if (node.kind === 'folder' && live.kind === 'folder') {
      for (const [name, child] of node.entries) live.base.set(name, this.#adopt(child, name));
      live.entries = new Map(live.base);
    }
    return live;
  }

  #replay(event: DiskEvent): void {
    switch (event.kind) {
      case 'unsupported':
        throw new Error(`the disk layer cannot follow this process: ${event.what}`);
      case 'create':
      case 'mkdir': {
        const node: LiveNode =
          event.kind === 'mkdir'
            ? { kind: 'folder', entries: new Map(), base: new Map() }
            : { kind: 'file', base: () => new Uint8Array(), steps: [], isShared: isShared(event.path) };
        this.#inodes.set(event.inode, node);
        this.#setNames([event.path, node]);
        break;
      }
      case 'write':
      case 'truncate':
      case 'extend': {
        const node = this.#inodes.get(event.inode);
        // Without one the file lies outside the folder.
        if (node?.kind === 'file' && !node.isShared)
          node.steps.push({ change: event, order: this.#order, fate: 'pending' });
        break;
      }
      case 'rename':
        this.#setNames([event.path, undefined], [event.to, this.#find(event.path)]);
        break;
      case 'link':
        this.#setNames([event.to, this.#find(event.path)]);
        break;
      case 'unlink':
        this.#setNames([event.path, undefined]);
        break;
      default:
        this.#sync(event);
    }
  }

  #sync({ kind, inode, token }: Extract<DiskEvent, { token: string }>): void {
    const node = this.#inodes.get(inode);
    if (!node || kind === 'sync-lie') return;
    if (kind === 'sync-begin') {
      this.#open.set(token, { node, order: this.#order });
      return;
    }
    const begun = this.#open.get(token);
    if (!begun) throw new Error('a sync ended that never began');
    this.#open.delete(token);
    if (begun.node.kind === 'folder') {
      if (kind === 'sync-failed') return;
      for (const step of this.#names) if (step.order < begun.order) step.unsynced.delete(begun.node);
      return;
    }
    // After a failed sync Linux marks the pages clean: a later success says nothing about them.
    const fate = kind === 'sync-end' ? 'synced' : 'lost';
    for (const step of begun.node.steps)
      if (step.order < begun.order && step.fate === 'pending') step.fate = fate;
  }

  #locate(path: string): { folder: LiveFolder; name: string } {
    const parts = path.split('/');
    const name = parts.pop()!;
    let folder = this.#root;
    for (const part of parts) {
      const next = folder.entries.get(part);
      if (next?.kind !== 'folder') throw new Error(`the journal names ${path}, but ${part} is no folder`);
      folder = next;
    }
    return { folder, name };
  }

  #find(path: string): LiveNode {
    const { folder, name } = this.#locate(path);
    const node = folder.entries.get(name);
    if (!node) throw new Error(`the journal names ${path}, which is not there`);
    return node;
  }

  #setNames(...changes: [path: string, node: LiveNode | undefined][]): void {
    const sets = changes.map(([path, node]) => ({ ...this.#locate(path), node }));
    for (const { folder, name, node } of sets) setEntry(folder.entries, name, node);
    this.#names.push({ sets, order: this.#order, unsynced: new Set(sets.map(({ folder }) => folder)) });
  }

  /** How many changes were not sure at the end of the journal. */
  get unsyncedChanges(): number {
    let count = this.#names.filter((step) => step.unsynced.size > 0).length;
    for (const node of new Set(this.#inodes.values()))
      if (node.kind === 'file') count += node.steps.filter(({ fate }) => fate !== 'synced').length;
    return count;
  }

  /** The folder after the cut. `taste` decides what of the unsynced survives; the -shm of SQLite never does. */
  image(taste: Taste): DiskFolder {
    const entries = new Map<LiveFolder, Map<string, LiveNode>>();
    const entriesOf = (folder: LiveFolder) => {
      const found = entries.get(folder) ?? new Map(folder.base);
      entries.set(folder, found);
      return found;
    };
    for (const step of this.#names) {
      if (step.unsynced.size > 0 && !taste.keepName(step.order / this.#order)) continue;
      for (const { folder, name, node } of step.sets) setEntry(entriesOf(folder), name, node);
    }
    let inodes = 0;
    const build = (live: LiveNode): DiskNode => {
      const inode = String(++inodes);
      if (live.kind === 'file') {
        const content = contentOf(live, taste, this.#order);
        return { kind: 'file', inode, read: () => content };
      }
      const kept = [...entriesOf(live)].filter(([name]) => taste.keepsShm || !isShared(name));
      return { kind: 'folder', inode, entries: new Map(kept.map(([name, node]) => [name, build(node)])) };
    };
    return build(this.#root) as DiskFolder;
  }
}

const isShared = (name: string) => name.endsWith('-shm');

function setEntry(entries: Map<string, LiveNode>, name: string, node: LiveNode | undefined): void {
  if (node) entries.set(name, node);
  else entries.delete(name);
}

function contentOf(file: LiveFile, taste: Taste, orderMax: number): Uint8Array {
  if (file.steps.length === 0) return file.base();
  const growing = new GrowingBytes(file.base());
  for (const { change, order, fate } of file.steps) {
    const kept = fate === 'synced' ? 'whole' : taste.keepChange(order / orderMax);
    if (kept === 'none') continue;
    if (change.kind !== 'write') {
      if (kept === 'torn' && !taste.keepSector()) continue;
      growing.resize(change.kind === 'truncate' ? change.size : Math.max(change.size, growing.size));
      continue;
    }
    if (kept === 'size') growing.resize(Math.max(growing.size, change.offset + change.bytes.length));
    else if (kept === 'whole') growing.write(change.offset, change.bytes);
    else
      for (const [start, end] of sectors(change.offset, change.bytes.length))
        if (taste.keepSector())
          growing.write(start, change.bytes.subarray(start - change.offset, end - change.offset));
  }
  return growing.bytes();
}
