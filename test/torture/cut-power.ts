import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { differences, scanFolder as scan, type scanFolder, writeFolder } from './disk-folder.ts';
import { type DiskEvent, readDiskJournal } from './disk-journal.ts';
import type { DiskLayer } from './disk-layer.ts';
import { type DiskFolder, PowerCut } from './power-cut.ts';
import type { Random } from './random.ts';
import { keepAll, randomTaste } from './survival.ts';

export interface CutPlace {
  layer: DiskLayer;
  /** The folder as it was on the disk when the journal began. */
  base: ReturnType<typeof scanFolder>;
  live: string;
  scratch: string;
  /** A folder at the top that others than the recorded process write to as well. Nothing of it survives. */
  scrap?: string | undefined;
}

/** Puts in place of the folder what a disk may hold after a power cut at this moment. Answers what was done to it. */
export function cutPower({ layer, base, live, scratch, scrap }: CutPlace, random: Random): string {
  const cut = new PowerCut(without(base, scrap), withoutScrap(readDiskJournal(layer.journal), scrap));
  const missed = differences(without(cut.image(keepAll), scrap), without(scan(live), scrap));
  // One change may have happened without a record: the one under way at the kill.
  if (missed.length > 1) throw new Error(`the disk layer did not see everything:\n${missed.join('\n')}`);
  const taste = randomTaste(random.fork('taste'));
  const image = join(scratch, 'image');
  rmSync(image, { recursive: true, force: true });
  writeFolder(without(cut.image(taste), scrap), image);
  renameSync(layer.journal, join(scratch, 'journal-of-last-cut'));
  layer.close();
  rmSync(live, { recursive: true, maxRetries: 20, retryDelay: 50 });
  renameSync(image, live);
  return `${cut.unsyncedChanges} changes not synced, of which ${taste.name} survived`;
}

function without(folder: DiskFolder, scrap: string | undefined): DiskFolder {
  if (scrap === undefined) return folder;
  const entries = [...folder.entries].filter(([name]) => !name.startsWith(scrap));
  return { ...folder, entries: new Map(entries) };
}

/** What is made in the scrap is kept under names of its own, so that its inodes, which may be used again, are known. */
function* withoutScrap(events: readonly DiskEvent[], scrap: string | undefined): Generator<DiskEvent> {
  let made = 0;
  const isScrap = (path: string) => scrap !== undefined && (path === scrap || path.startsWith(`${scrap}/`));
  for (const event of events) {
    if (!('path' in event) || !isScrap(event.path)) yield event;
    else if ('inode' in event) yield { ...event, path: `${scrap}-${made++}` };
  }
}
