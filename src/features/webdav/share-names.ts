/** Which name means which share, for each person: programs that remember a name must not write to something else by it. */
import { hash } from 'node:crypto';
import type { Id } from '../../lib/ids.ts';
import { RecordsError, write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import { davShareNames } from './tables.ts';

type Storing = Pick<WebdavDeps, 'records'>;

/** Of one person; what comes later has its id in its name. */
export const shareNamesMax = 1000;
const attemptsMax = 8;
const rowsPerCommit = 50;

export interface Wished {
  id: Id;
  /** The best first. */
  keys: readonly string[];
}

export type GivenNames = Pick<ReadonlyMap<string, Id>, 'get'>;

/** What is kept of a name: whose it is says who shared, who may be erased long before whom it was shared with. */
const digestOf = (key: string): string => hash('sha256', key, 'base64url');

/** Whose each name is, after every one that wished and had none of these was given the best that was never another's. */
export async function givenNames(
  { records }: Storing,
  userId: Id,
  wishedKeys: readonly Wished[],
): Promise<GivenNames> {
  const wished = wishedKeys.map(({ id, keys }) => ({ id, keys: keys.map(digestOf) }));
  const names = (given: ReadonlyMap<string, Id>): GivenNames => ({ get: (key) => given.get(digestOf(key)) });
  for (let attempt = 1; ; attempt++) {
    const rows = await records.list(davShareNames, [userId], { limit: shareNamesMax });
    const given = new Map(rows.map(({ key, value }) => [key[1]!, value.nodeId]));
    const fresh = newNames(given, wished);
    for (const [key, id] of fresh) given.set(key, id);
    if (fresh.length === 0 || attempt > attemptsMax) return names(given);
    if (await areNoted({ records }, userId, fresh)) return names(given);
  }
}

function newNames(given: ReadonlyMap<string, Id>, wished: readonly Wished[]): [string, Id][] {
  const fresh = wished.flatMap(({ id, keys }): [string, Id][] => {
    if (keys.some((key) => given.get(key) === id)) return [];
    const best = keys.find((key) => !given.has(key));
    return best === undefined ? [] : [[best, id]];
  });
  return fresh.slice(0, Math.max(0, shareNamesMax - given.size));
}

/** False where somebody else was given one meanwhile. */
async function areNoted(
  { records }: Storing,
  userId: Id,
  fresh: readonly (readonly [string, Id])[],
): Promise<boolean> {
  try {
    for (let from = 0; from < fresh.length; from += rowsPerCommit) {
      const { ok } = await records.commit({
        decide: fresh
          .slice(from, from + rowsPerCommit)
          .map(([key, nodeId]) => write.insert(davShareNames, [userId, key], { nodeId })),
        hints: [{ kind: 'dav.shares-named', key: userId, data: { userId } }],
      });
      if (!ok) return false;
    }
  } catch (error) {
    // Reading goes on where nothing can be written; it is noted when it can.
    if (!(error instanceof RecordsError)) throw error;
  }
  return true;
}

/** Takes away a bounded part of an erased person's; true when nothing is left. */
export async function eraseShareNames({ records }: Storing, userId: Id): Promise<boolean> {
  const rows = await records.list(davShareNames, [userId], { limit: rowsPerCommit });
  if (rows.length === 0) return true;
  await records.commit({
    decide: rows.map(({ key, version }) => write.remove(davShareNames, key, version)),
    hints: [{ kind: 'dav.shares-named', key: userId, data: { userId } }],
  });
  return false;
}
