import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { RecordsError } from '../../ports/records/records.ts';
import type { ModelNode, Nodes, Op } from './test-model.ts';

const names = ['a', 'b', 'A', 'c.txt', 'C.TXT', 'e\u0301', '\u00e9', 'd', 'x y'];

/** What a device knows, perhaps no longer rightly, when it asks for something. */
export interface Known {
  nodes: Nodes;
  rootId: Id;
  /** Versions of each file, newest first, each with its content. */
  versions: ReadonlyMap<Id, readonly string[]>;
  random: () => number;
  content: () => Id;
}

/** Something that may or may not be possible. */
export function randomOp(known: Known): Op {
  const { nodes, rootId, random, content } = known;
  const chance = (share: number) => random() < share;
  const one = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
  const all = [...nodes.values()];
  const folders = [rootId, ...all.filter(({ kind }) => kind === 'folder').map(({ id }) => id)];
  const parentId = one(folders)!;
  const name = one(names)!;
  const node = one(all);
  const file = one(all.filter(({ kind }) => kind === 'file'));
  const kind = random();
  if (kind < 0.2 || !node) return { does: 'folder', parentId, name };
  if (kind < 0.4 || !file) {
    const base = chance(0.3) ? (file?.version ?? '00000000001') : undefined;
    const op: Op = { does: 'write', parentId, name, content: content(), isNew: chance(0.2) };
    return base === undefined ? op : { ...op, base };
  }
  const base = () => ({ base: someVersion(known, file) });
  if (kind < 0.55) return { does: 'update', id: file.id, content: content(), ...(chance(0.5) && base()) };
  if (kind < 0.72) {
    const moves = chance(0.6) ? { parentId } : {};
    return { does: 'change', id: node.id, ...moves, ...(chance(0.6) && { name }) };
  }
  if (kind < 0.84) return { does: 'delete', id: node.id, ...(chance(0.3) && base()) };
  const gone = one(all.filter(({ isTrashed }) => isTrashed));
  if (kind < 0.92 && gone) return { does: chance(0.25) ? 'purge' : 'untrash', id: gone.id };
  const past = one(known.versions.get(file.id) ?? []) ?? `${file.version} ${file.content}`;
  const [versionId, pastContent] = past.split(' ');
  return { does: 'version', id: file.id, content: pastContent!, versionId: versionId! };
}

function someVersion({ versions, random }: Known, file: ModelNode): string {
  const held = versions.get(file.id) ?? [];
  const past = held[Math.floor(random() * held.length)]?.split(' ')[0];
  return random() < 0.6 ? file.version : (past ?? file.version);
}

/** What whoever asked learnt. */
export type Outcome = { is: 'done'; id: Id | undefined } | { is: 'refused' } | { is: 'unknown' };

export async function outcomeOf(done: Promise<Id | undefined>): Promise<Outcome> {
  try {
    return { is: 'done', id: await done };
  } catch (error) {
    if (error instanceof RecordsError) return { is: 'unknown' };
    if (error instanceof Refusal) return { is: 'refused' };
    throw error;
  }
}

/** All orders of a few things. */
export function orders(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) =>
    orders(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}
