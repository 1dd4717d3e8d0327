import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { ShownNode, Target } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';
import { DavRefusal, PartlyDone } from './dav-refusal.ts';
import { copyProperties } from './dead-properties.ts';

/** Of one request. What is larger is copied in parts. */
export const copiedMax = 50_000;
const pageMax = 500;
const atOnceMax = 16;

interface Planned {
  node: ShownNode;
  /** The plan's index of the folder it goes into. */
  within: number;
}

/** What lies below a copy to be; found, and found to fit, before anything is changed. */
export type CopyPlan = readonly Planned[];

export interface CopyTarget {
  parentId: Id;
  name: string;
  /** Of the copy. */
  href: string;
}

/** Plans the copy of a node into a drive, with all that is below it unless told otherwise. Refuses what is too much. */
export async function planCopy(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  { driveId, isDeep }: { driveId: Id; isDeep: boolean },
): Promise<CopyPlan> {
  const plan = isDeep && source.entry?.kind !== 'file' ? await planOf(deps, who, source) : [];
  await requireRoom(deps, driveId, [source, ...plan.map(({ node }) => node)]);
  return plan;
}

/**
 * A copy of a node under a free name, with what was planned; answers the copy. Whole or not at all: what was copied before
 * something failed goes into the trash.
 */
export async function copyTree(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  target: CopyTarget,
  plan: CopyPlan,
): Promise<ShownNode> {
  const top = await copyOne(deps, who, source, target, { isNew: true });
  return orTakenBack(deps, who, { top, href: target.href }, async () => {
    await copyPropertiesOf(deps, source, top);
    await copyBelow(deps, who, top, plan);
    return top;
  });
}

/** What is to be done with a copy, which goes where it cannot be. */
export async function orTakenBack<Result>(
  deps: WebdavDeps,
  who: Principal,
  { top, href }: { top: ShownNode; href: string },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isGone = (failure: unknown) => failure instanceof Refusal && failure.code === 'not-found';
    await deps.files.delete(who, top.id).catch((failure: unknown) => {
      if (!isGone(failure)) throw new PartlyDone(href, error);
    });
    throw error;
  }
}

async function copyBelow(deps: WebdavDeps, who: Principal, top: ShownNode, plan: CopyPlan): Promise<void> {
  const copies = new Map<number, Id>([[-1, top.id]]);
  const copied = async ({ node, within }: Planned): Promise<ShownNode> => {
    const copy = await copyOne(deps, who, node, { parentId: copies.get(within)!, name: node.entry!.name });
    await copyPropertiesOf(deps, node, copy);
    return copy;
  };
  // A folder comes before what it holds, so each finds its own there.
  for (const [i, planned] of plan.entries()) {
    if (planned.node.entry!.kind === 'folder') copies.set(i, (await copied(planned)).id);
  }
  const files = plan.filter(({ node }) => node.entry!.kind === 'file');
  await eachLimited(files, atOnceMax, async (planned) => void (await copied(planned)));
}

/** All that is to be copied, level by level. */
async function planOf(deps: WebdavDeps, who: Principal, source: ShownNode): Promise<Planned[]> {
  const plan: Planned[] = [];
  const folders = [{ id: source.id, index: -1 }];
  for (const { id, index } of folders) {
    let cursor: string | undefined;
    do {
      const page = await deps.files.list(who, { id }, { limit: pageMax, cursor });
      for (const node of page.items) {
        if (plan.length >= copiedMax) {
          throw new DavRefusal(507, `At most ${copiedMax} files and folders are copied at once.`);
        }
        if (node.entry!.kind === 'folder') folders.push({ id: node.id, index: plan.length });
        plan.push({ node, within: index });
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
  return plan;
}

async function requireRoom(deps: WebdavDeps, driveId: Id, nodes: readonly ShownNode[]): Promise<void> {
  const bytes = nodes.reduce((sum, { entry }) => sum + (entry?.content?.sizeBytes ?? 0), 0);
  const { usedBytes, quotaBytes } = await deps.files.roomOf(driveId);
  if (usedBytes + bytes > quotaBytes) {
    throw new DavRefusal(507, 'There is no room for a copy of all that.', 'quota-not-exceeded');
  }
}

/** The same bytes once more, which are stored once; of a folder, itself. */
async function copyOne(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  { parentId, name }: { parentId: Id; name: string },
  expected: { isNew?: boolean } = {},
): Promise<ShownNode> {
  if (source.entry?.kind === 'file') return writeCopy(deps, who, source, { parentId, name }, expected);
  return (await deps.files.createFolder(who, { parentId, name })).node;
}

/** The same bytes as the next version of a file. */
export async function copyVersion(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  { id, baseVersionId }: { id: Id; baseVersionId?: string },
): Promise<ShownNode> {
  const written = await writeCopy(deps, who, source, { id }, { baseVersionId });
  await copyPropertiesOf(deps, source, written);
  return written;
}

async function writeCopy(
  deps: WebdavDeps,
  who: Principal,
  { entry }: ShownNode,
  target: Target,
  expected: { isNew?: boolean; baseVersionId?: string | undefined } = {},
): Promise<ShownNode> {
  const { content, modifiedAtMs } = entry!;
  const held = await deps.contents.hold(content!.id);
  return (await deps.files.write(who, target, { content: held, modifiedAtMs, ...expected })).node;
}

const copyPropertiesOf = (deps: WebdavDeps, source: ShownNode, { id, driveId }: ShownNode) =>
  copyProperties(deps, [{ from: source.id, to: id, driveId }]);
