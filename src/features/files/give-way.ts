import { Refusal } from '../../lib/refusal.ts';
import { actorOf, type Who } from './access.ts';
import { type FilesContext, idsOf } from './context.ts';
import type { Draft } from './draft.ts';
import { purge, trash, update } from './edits.ts';
import { nodePasts } from './tables.ts';
import { childOf, type Folder, type Node, nodeIn } from './tree.ts';

/** Earlier states looked at, to tell a file that was made only to take another's place. */
const passingPastsMax = 5;

/**
 * What lies where a node is to go gives way. Where both are files the one that is there takes the other's content as
 * its next version, so that its history, its shares and its id stay: then that version is answered, and there is
 * nothing left to move. Anything else goes into the trash.
 */
export async function giveWay(
  { access }: FilesContext,
  draft: Draft,
  who: Who,
  node: Node,
  to: { folder: Folder; name: string },
): Promise<Node | undefined> {
  const entry = await childOf(draft.view, to.folder.id, to.name);
  if (!entry || entry.id === node.entry.id) return undefined;
  if (node.trail.includes(entry.id)) throw new Refusal('conflict', 'What is to be moved lies in it.');
  const there = nodeIn(to.folder, entry);
  const reach = await access.require(who, 'write', draft.driveId, idsOf(there));
  if (entry.kind === 'file' && node.entry.kind === 'file') return takeOver(draft, who, node, there);
  if (reach.topId === entry.id) throw new Refusal('forbidden', 'Only its owner can delete this.');
  await trash(draft, actorOf(who), there);
  return undefined;
}

/** Programs save by writing a new file and moving it onto the old one: such a file leaves nothing in the trash. */
async function takeOver(draft: Draft, who: Who, node: Node, there: Node): Promise<Node> {
  const actor = actorOf(who);
  const { content, modifiedAtMs } = node.entry;
  const pasts = await draft.view.list(nodePasts, [node.entry.id], { limit: passingPastsMax });
  const isPassing = pasts.length < passingPastsMax && pasts.every(({ value }) => !value.content?.sizeBytes);
  const updated = await update(draft, actor, there, { content: content!, modifiedAtMs });
  const position = await trash(draft, actor, node);
  if (isPassing) await purge(draft, actor, position);
  return updated;
}
