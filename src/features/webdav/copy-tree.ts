import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { ShownNode, Target } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';
import { DavRefusal } from './dav-refusal.ts';
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

/** A copy of a node under a free name, with what was planned. Answers the copy. */
export async function copyTree(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  target: { parentId: Id; name: string },
  plan: CopyPlan,
): Promise<ShownNode> {
  if (source.entry?.kind === 'file') return copyFile(deps, who, source, target);
  const top = await copyFolder(deps, who, source, target);
  const copies = new Map<number, Id>([[-1, top.id]]);
  // A folder comes before what it holds, so each finds its own there.
  for (const [i, { node, within }] of plan.entries()) {
    if (node.entry!.kind !== 'folder') continue;
    const place = { parentId: copies.get(within)!, name: node.entry!.name };
    copies.set(i, (await copyFolder(deps, who, node, place)).id);
  }
  const files = plan.filter(({ node }) => node.entry!.kind === 'file');
  await eachLimited(files, atOnceMax, async ({ node, within }) => {
    await copyFile(deps, who, node, { parentId: copies.get(within)!, name: node.entry!.name });
  });
  return top;
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

async function copyFolder(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  { parentId, name }: { parentId: Id; name: string },
): Promise<ShownNode> {
  const { node } = await deps.files.createFolder(who, { parentId, name });
  await copyProperties(deps, [{ from: source.id, to: node.id, driveId: node.driveId }]);
  return node;
}

/** The same bytes once more, which are stored once: into a place, or as the next version of a file. */
export async function copyFile(
  deps: WebdavDeps,
  who: Principal,
  source: ShownNode,
  target: Target,
): Promise<ShownNode> {
  const { content, modifiedAtMs } = source.entry!;
  const held = await deps.contents.hold(content!.id);
  const { node } = await deps.files.write(who, target, { content: held, modifiedAtMs });
  await copyProperties(deps, [{ from: source.id, to: node.id, driveId: node.driveId }]);
  return node;
}
