import { readFileSync } from 'node:fs';

/** What `disk-layer.c` writes down. Paths are relative to the folder it watches; inodes are decimal strings. */
export type DiskEvent =
  | { kind: 'create' | 'mkdir'; path: string; inode: string }
  | { kind: 'write'; inode: string; offset: number; bytes: Uint8Array }
  /** `truncate` sets the size, `extend` makes it at least that. */
  | { kind: 'truncate' | 'extend'; inode: string; size: number }
  | { kind: 'rename' | 'link'; path: string; to: string }
  | { kind: 'unlink'; path: string }
  | { kind: SyncKind; inode: string; token: string }
  | { kind: 'unsupported'; what: string };
export type SyncKind = 'sync-begin' | 'sync-end' | 'sync-failed' | 'sync-lie';

const kinds = [
  'create',
  'mkdir',
  'write',
  'truncate',
  'extend',
  'rename',
  'unlink',
  'link',
  'sync-begin',
  'sync-end',
  'sync-failed',
  'sync-lie',
  'unsupported',
] as const;
const magic = 0x4b4a3031;
const headBytes = 40;

/** The events in order. A record cut short by the kill ends the journal. */
export function readDiskJournal(path: string): DiskEvent[] {
  const all = readFileSync(path);
  const events: DiskEvent[] = [];
  for (let at = 0; at + headBytes <= all.length; ) {
    if (all.readUInt32LE(at) !== magic) throw new Error(`the journal is broken at byte ${at}`);
    const pathEnd = at + headBytes + all.readUInt32LE(at + 8);
    const otherEnd = pathEnd + all.readUInt32LE(at + 12);
    const end = otherEnd + all.readUInt32LE(at + 16);
    if (end > all.length) break;
    events.push(
      toEvent({
        kind: kinds[all.readUInt32LE(at + 4) - 1]!,
        inode: String(all.readBigUInt64LE(at + 24)),
        number: all.readBigUInt64LE(at + 32),
        path: all.toString('utf8', at + headBytes, pathEnd),
        other: all.toString('utf8', pathEnd, otherEnd),
        bytes: all.subarray(otherEnd, end),
      }),
    );
    at = end;
  }
  return events;
}

interface RawRecord {
  kind: (typeof kinds)[number];
  inode: string;
  number: bigint;
  path: string;
  other: string;
  bytes: Uint8Array;
}

function toEvent({ kind, inode, number, path, other, bytes }: RawRecord): DiskEvent {
  switch (kind) {
    case 'create':
    case 'mkdir':
      return { kind, path, inode };
    case 'write':
      return { kind, inode, offset: Number(number), bytes };
    case 'truncate':
    case 'extend':
      return { kind, inode, size: Number(number) };
    case 'rename':
    case 'link':
      return { kind, path, to: other };
    case 'unlink':
      return { kind, path };
    case 'unsupported':
      return { kind, what: `${path} ${other}`.trim() };
    default:
      return { kind, inode, token: String(number) };
  }
}
