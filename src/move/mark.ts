import { hash } from 'node:crypto';
import type { TakeOver } from '../adapters/cassandra/take-over.ts';

/** How far a move has come: kept in the target, so that it is as durable as what it speaks of. */
export interface MoveMark {
  /** Which installation, and how far its log went: one that was used since cannot be gone on with. */
  source: { installation: string; logHead: number };
  isDone: boolean;
  /** Tables that are over whole. */
  tables: string[];
  /** The table under way, and where its next page begins. */
  table: string | undefined;
  cursor: string | undefined;
  rows: number;
  /** The last file that is over; empty before the first. */
  blob: string;
}

export const newMark = (source: MoveMark['source']): MoveMark => ({
  source,
  isDone: false,
  tables: [],
  table: undefined,
  cursor: undefined,
  rows: 0,
  blob: '',
});

/** Two installations never share a secret, so it tells them apart; the mark must not tell the secret. */
export const installationName = (secret: string): string =>
  hash('sha256', `kith move ${secret}`, 'hex').slice(0, 32);

export const readMark = (text: string | undefined): MoveMark | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as MoveMark);

export interface MarkKeeper {
  mark: MoveMark;
  /** Durable when it resolves. */
  advance(change: Partial<MoveMark>): Promise<void>;
}

export interface KeptMark extends MarkKeeper {
  /** It was not there before. */
  isNew: boolean;
  /** As if there had been no move. */
  withdraw(): Promise<void>;
}

/** Goes on with a mark that stands in the target, or writes a first one. */
export async function keepMark(
  target: Pick<TakeOver, 'mark' | 'setMark'>,
  first: MoveMark,
): Promise<KeptMark> {
  let text = await target.mark();
  const isNew = text === undefined;
  const keeper = {
    mark: readMark(text) ?? first,
    isNew,
    async advance(change: Partial<MoveMark>) {
      const mark = { ...keeper.mark, ...change };
      const next = JSON.stringify(mark);
      await target.setMark(text, next);
      text = next;
      keeper.mark = mark;
    },
    async withdraw() {
      await target.setMark(text, undefined);
      text = undefined;
    },
  };
  if (isNew) await keeper.advance({});
  return keeper;
}
