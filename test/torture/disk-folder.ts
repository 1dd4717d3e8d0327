import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskFolder, DiskNode } from './power-cut.ts';

/** The folder as it is now; contents are read when asked for, so the folder must stay as it is until then. */
export function scanFolder(path: string): DiskFolder {
  const entries = new Map<string, DiskNode>();
  for (const name of readdirSync(path).sort()) {
    const child = join(path, name);
    const found = lstatSync(child, { bigint: true });
    if (found.isDirectory()) entries.set(name, scanFolder(child));
    else if (found.isFile())
      entries.set(name, { kind: 'file', inode: String(found.ino), read: () => readFileSync(child) });
  }
  return { kind: 'folder', inode: String(lstatSync(path, { bigint: true }).ino), entries };
}

/** Gives the nodes of `content` the inodes that `live`, the same tree elsewhere, has. */
export function withInodesOf(live: DiskFolder, content: DiskFolder): DiskFolder {
  const entries = new Map<string, DiskNode>();
  for (const [name, node] of content.entries) {
    const twin = live.entries.get(name);
    if (node.kind === 'folder' && twin?.kind === 'folder') entries.set(name, withInodesOf(twin, node));
    else if (node.kind === 'file' && twin?.kind === 'file') entries.set(name, { ...node, inode: twin.inode });
    else throw new Error(`${name} is not the same in both folders`);
  }
  return { kind: 'folder', inode: live.inode, entries };
}

/** Files and folders; sockets stay behind. */
export function copyFolder(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => {
      const found = lstatSync(path);
      return found.isFile() || found.isDirectory();
    },
  });
}

export function writeFolder(folder: DiskFolder, path: string): void {
  mkdirSync(path, { recursive: true });
  for (const [name, node] of folder.entries) {
    if (node.kind === 'folder') writeFolder(node, join(path, name));
    else writeFileSync(join(path, name), node.read(), { mode: 0o600 });
  }
}

/** Where two folders differ, one line each. SQLite's -shm, which is mapped memory, is left out. */
export function differences(a: DiskFolder, b: DiskFolder, at = ''): string[] {
  const found: string[] = [];
  for (const name of new Set([...a.entries.keys(), ...b.entries.keys()])) {
    if (name.endsWith('-shm')) continue;
    const path = at ? `${at}/${name}` : name;
    const [left, right] = [a.entries.get(name), b.entries.get(name)];
    if (left?.kind === 'folder' && right?.kind === 'folder') found.push(...differences(left, right, path));
    else if (left?.kind === 'file' && right?.kind === 'file') {
      const [x, y] = [left.read(), right.read()];
      if (Buffer.compare(x, y) !== 0) found.push(`${path}: ${describeDifference(x, y)}`);
    } else found.push(`${path}: ${left ? 'only in the first' : 'only in the second'}`);
  }
  return found;
}

function describeDifference(x: Uint8Array, y: Uint8Array): string {
  const length = Math.min(x.length, y.length);
  let first = 0;
  while (first < length && x[first] === y[first]) first++;
  return `${x.length} and ${y.length} bytes, from byte ${first}`;
}
