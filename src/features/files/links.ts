import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Id, isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { write } from '../../ports/records/records.ts';
import type { LinkPass } from './access.ts';
import { type FilesContext, requireShown } from './context.ts';
import { type Link, type LinkRole, linksMax } from './share.ts';
import { endShare } from './shares.ts';
import { fileLinkCounts, fileLinks, fileLinksByNode } from './tables.ts';

export type NamedLink = Link & { id: Id; token: string; downloads: number };

export interface LinkTerms {
  role?: LinkRole | undefined;
  /** Null takes it away. */
  password?: string | null | undefined;
  expiresAtMs?: number | null | undefined;
  downloadsMax?: number | null | undefined;
}

export const linkHints = (driveId: Id, nodeId: Id, linkId: Id) => [
  { kind: 'link.changed', key: driveId, data: { driveId, nodeId, linkId } },
];

export const linkPasswordBytesMax = 200;
const attemptsMax = 8;
const macCharacters = 32;

/** A link's address says its id, and a code that only this installation can make. */
function tokenOf({ linksKey }: FilesContext, id: Id): string {
  return id + createHmac('sha256', linksKey).update(`link ${id}`).digest('base64url').slice(0, macCharacters);
}

export function linkIdOf(context: FilesContext, token: string): Id | undefined {
  const id = token.slice(0, 11);
  if (!isId(id) || token.length !== id.length + macCharacters) return undefined;
  const expected = Buffer.from(tokenOf(context, id));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined;
}

/** Makes an address that opens a node and all below it. */
export async function makeLink(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
  terms: LinkTerms,
): Promise<NamedLink> {
  const { drive, found } = await requireShown(context, principal, 'own', nodeId);
  const role = terms.role ?? 'viewer';
  if (role === 'uploader' && 'entry' in found && found.entry.kind === 'file') {
    throw invalid('role', 'Files can be put only into a folder.');
  }
  const links = await context.records.list(fileLinksByNode, [nodeId], { limit: linksMax });
  if (links.length >= linksMax) throw invalid('link', `One thing has at most ${linksMax} links.`);
  const link: Link = {
    driveId: drive.id,
    nodeId,
    role,
    passwordHash: await hashOf(context, terms.password),
    expiresAtMs: terms.expiresAtMs ?? null,
    downloadsMax: terms.downloadsMax ?? null,
    createdAtMs: context.clock.nowMs(),
  };
  const id = context.ids.next();
  await context.records.commit({
    decide: [write.insert(fileLinks, [id], link)],
    then: [write.put(fileLinksByNode, [nodeId, id], {})],
    hints: linkHints(drive.id, nodeId, id),
  });
  return { ...link, id, token: tokenOf(context, id), downloads: 0 };
}

async function hashOf({ passwords }: FilesContext, password: string | null | undefined) {
  if (password === null || password === undefined || password === '') return null;
  cleanText(password, { field: 'password', bytesMax: linkPasswordBytesMax });
  return passwords.hash(password.normalize('NFC'));
}

export async function listLinks(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
): Promise<NamedLink[]> {
  await requireShown(context, principal, 'own', nodeId);
  const mirror = await context.records.list(fileLinksByNode, [nodeId], { limit: linksMax });
  const ids = mirror.map(({ key }) => key[1]!);
  const keys = ids.map((id) => [id]);
  const [links, counts] = await Promise.all([
    context.records.getMany(fileLinks, keys),
    context.records.getMany(fileLinkCounts, keys),
  ]);
  return links.flatMap((row, i) => {
    if (row?.value.nodeId !== nodeId) return [];
    const downloads = counts[i]?.value.downloads ?? 0;
    return [{ ...row.value, id: ids[i]!, token: tokenOf(context, ids[i]!), downloads }];
  });
}

export async function changeLink(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
  linkId: string,
  terms: LinkTerms,
): Promise<NamedLink> {
  await requireShown(context, principal, 'own', nodeId);
  const passwordHash = terms.password === undefined ? undefined : await hashOf(context, terms.password);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = isId(linkId) ? await context.records.get(fileLinks, [linkId]) : undefined;
    if (row?.value.nodeId !== nodeId) throw notFound();
    const { role, expiresAtMs, downloadsMax } = terms;
    const link: Link = {
      ...row.value,
      ...(role !== undefined && { role }),
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      ...(downloadsMax !== undefined && { downloadsMax }),
      ...(passwordHash !== undefined && { passwordHash }),
    };
    const result = await context.records.commit({
      decide: [write.replace(fileLinks, [linkId], link, row.version)],
      hints: linkHints(link.driveId, nodeId, linkId),
    });
    if (!result.ok) continue;
    const counts = await context.records.get(fileLinkCounts, [linkId]);
    const downloads = counts?.value.downloads ?? 0;
    return { ...link, id: linkId, token: tokenOf(context, linkId), downloads };
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}

/** From now on the address opens nothing. */
async function endLink(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
  linkId: string,
): Promise<void> {
  await requireShown(context, principal, 'own', nodeId);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = isId(linkId) ? await context.records.get(fileLinks, [linkId]) : undefined;
    if (row?.value.nodeId !== nodeId) throw notFound();
    const result = await context.records.commit({
      decide: [write.remove(fileLinks, [linkId], row.version)],
      then: [write.remove(fileLinksByNode, [nodeId, linkId]), write.remove(fileLinkCounts, [linkId])],
      hints: linkHints(row.value.driveId, nodeId, linkId),
    });
    if (result.ok) return;
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}

/** A share is called by its person, a link by itself. */
export async function endShareOrLink(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
  shareId: string,
): Promise<void> {
  const link = isId(shareId) ? await context.records.get(fileLinks, [shareId]) : undefined;
  if (link) await endLink(context, principal, nodeId, shareId);
  else await endShare(context, principal, nodeId, shareId);
}

/** What an address opens now: as one who has it asks, and whether a password is still wanted. */
export interface OpenedLink {
  pass: LinkPass;
  needsPassword: boolean;
  /** Changes with the password: what vouches that one knew it is worth nothing afterwards. */
  passwordMark: string;
}

/** Refuses with `not-found` where it never opened anything, no longer does, or its node is gone. */
export async function openLink(context: FilesContext, token: string): Promise<OpenedLink> {
  const id = linkIdOf(context, token);
  const row = id && (await context.records.get(fileLinks, [id]));
  if (!row) throw notFound();
  const { driveId, nodeId, role, passwordHash, expiresAtMs, downloadsMax } = row.value;
  if (expiresAtMs !== null && expiresAtMs <= context.clock.nowMs()) throw notFound();
  if (downloadsMax !== null) {
    const counts = await context.records.get(fileLinkCounts, [id]);
    if ((counts?.value.downloads ?? 0) >= downloadsMax) throw notFound();
  }
  const pass: LinkPass = { linkId: id, driveId, nodeId, role };
  await requireShown(context, pass, 'add', nodeId).catch(() => requireShown(context, pass, 'read', nodeId));
  const mark = createHmac('sha256', context.linksKey).update(`password ${id} ${passwordHash}`);
  return { pass, needsPassword: passwordHash !== null, passwordMark: mark.digest('base64url') };
}

export async function checkLinkPassword(
  context: FilesContext,
  { linkId }: LinkPass,
  password: string,
): Promise<boolean> {
  const row = await context.records.get(fileLinks, [linkId]);
  const hash = row?.value.passwordHash;
  if (!row || hash === null || Buffer.byteLength(password) > linkPasswordBytesMax) return false;
  return context.passwords.verify(hash, password.normalize('NFC'));
}

export async function countDownload({ records }: FilesContext, { linkId, driveId, nodeId }: LinkPass) {
  await records.commit({
    decide: [],
    then: [write.add(fileLinkCounts, [linkId], { downloads: 1 })],
    hints: linkHints(driveId, nodeId, linkId),
  });
}
