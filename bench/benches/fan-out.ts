import { type Id, idFromNumber } from '../../src/lib/ids.ts';
import { manualClock, systemClock } from '../../src/ports/clock/clock.ts';
import { createMemoryTimelines } from '../../src/ports/timelines/memory-timelines.ts';
import { audiencePageMax, type Timelines } from '../../src/ports/timelines/timelines.ts';
import type { BenchContext } from '../context.ts';
import { figure, type Section } from '../report/figures.ts';

const authors = 200;
const followsPerReader = 20;

/**
 * Insertions of a post into followers' inboxes a second, in this process and thus on one core: the very timelines of
 * the embedded profile, through their port, pages of the audience and all. Inboxes are full, so that each insertion
 * evicts one key as in the long run.
 */
export async function benchFanOut({ quick, rounds }: BenchContext): Promise<Section> {
  const readers = quick ? 2_000 : 20_000;
  const insertionsWanted = quick ? 500_000 : 5_000_000;
  const timelines = createMemoryTimelines();
  await joinReaders(timelines, readers);
  let key = 1;
  const perSecond: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startMs = systemClock.monotonicMs();
    let insertions = 0;
    while (insertions < insertionsWanted) {
      insertions += await fanOut(timelines, authorId(key % authors), 1_000_000 + key);
      key++;
    }
    // The first round fills the inboxes and is not counted.
    if (round > 0) perSecond.push((insertions / (systemClock.monotonicMs() - startMs)) * 1000);
  }
  const { inboxes, bytes } = timelines.size();
  return {
    name: 'fan-out',
    title: 'Fan-out',
    figures: [
      figure('insertions into inboxes', perSecond, 'a second', { target: '>= 500,000 on one core' }),
      figure('memory of an inbox', [bytes / inboxes], 'bytes'),
    ],
    notes: [
      `${readers} inboxes, ${authors} authors, ${(readers * followsPerReader) / authors} followers each; in process, one thread`,
    ],
  };
}

const authorId = (number: number): Id => idFromNumber(number + 1);
const readerId = (number: number): Id => idFromNumber(number + 1_000_000);

async function joinReaders(timelines: Timelines, readers: number): Promise<void> {
  const chance = manualClock(0, 5);
  for (let reader = 0; reader < readers; reader++) {
    const followed = new Set<number>();
    while (followed.size < followsPerReader) followed.add(Math.floor(chance.random() * authors));
    const ids = [...followed].map(authorId);
    await joinReader(timelines, readerId(reader), ids);
  }
}

/** Gives a reader an inbox for these authors, who have not posted yet. */
export async function joinReader(timelines: Timelines, id: Id, authorIds: Id[]): Promise<void> {
  const { term } = await timelines.join(id, authorIds);
  await timelines.cover(id, { term, authors: authorIds, keys: [], authorOf: [], from: 0 });
}

/** Puts a post into the inboxes of its author’s followers; answers how many took it. */
export async function fanOut(timelines: Timelines, author: Id, key: number): Promise<number> {
  let taken = 0;
  let cursor: string | undefined;
  do {
    const page = await timelines.audience(author, { cursor, limit: audiencePageMax });
    taken += await timelines.deliver(page.readers, author, key);
    cursor = page.next;
  } while (cursor !== undefined);
  return taken;
}
