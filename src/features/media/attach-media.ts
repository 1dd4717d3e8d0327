import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { getManyMax } from '../../ports/records/records.ts';
import { enqueuePurge } from '../purging/index.ts';
import { changeMedia, mediaOf, readMedia, rowWith } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { autoPathOf } from './create-upload.ts';
import { type Media, type MediaUse, usesMax } from './media.ts';
import { noteArrival } from './note-arrival.ts';
import { presentMedia, reasonOf } from './present-media.ts';
import { media, mediaByName } from './tables.ts';

export interface WantedMedia {
  mediaIds?: readonly string[] | undefined;
  /** A `mediaUrl` as it was issued, or its path. */
  mediaUrl?: string | undefined;
}

/** The caller's own media that are meant, in order, each once; refuses what cannot be shown sooner or later. */
export async function requireUsable(
  context: MediaContext,
  principal: Principal,
  { mediaIds = [], mediaUrl }: WantedMedia,
): Promise<Media[]> {
  const found = new Map<Id, Media>();
  for (const id of mediaIds) {
    const medium = await usable(context, principal, await readMedia(context, id), 'mediaIds');
    found.set(medium.id, medium);
  }
  if (mediaUrl !== undefined) {
    const medium = await usable(context, principal, await issuedAs(context, mediaUrl), 'mediaUrl');
    found.set(medium.id, medium);
  }
  return [...found.values()];
}

async function issuedAs(context: MediaContext, mediaUrl: string): Promise<Media | undefined> {
  const name = /\/media\/([0-9a-z]{26})\/auto$/.exec(mediaUrl)?.[1];
  const row = name && (await context.records.get(mediaByName, [name]));
  const medium = row ? await readMedia(context, row.value.mediaId) : undefined;
  const isIssued = medium && (medium.issuedUrl === mediaUrl || autoPathOf(medium.name) === mediaUrl);
  return isIssued ? medium : undefined;
}

async function usable(
  context: MediaContext,
  principal: Principal,
  found: Media | undefined,
  field: 'mediaIds' | 'mediaUrl',
): Promise<Media> {
  if (!found || found.ownerId !== principal.userId || found.state === 'deleted') {
    throw invalid(field, 'This is no photo or video that you uploaded here.');
  }
  const medium = await noteArrival(context, found);
  if (medium.state === 'awaiting-upload') throw invalid(field, 'This photo or video has not arrived yet.');
  if (medium.state === 'failed') throw invalid(field, reasonOf(medium));
  if (medium.uses.length >= usesMax) throw invalid(field, `This is part of ${usesMax} posts already.`);
  return medium;
}

/** Makes media part of something, before that is committed. Answers how they stand; none may be gone meanwhile. */
export async function attach(context: MediaContext, ids: readonly Id[], use: MediaUse): Promise<Media[]> {
  const attached: Media[] = [];
  for (const id of ids) {
    const changed = await changeMedia(context, id, (current) =>
      current.state === 'deleted' || current.uses.some((each) => isSame(each, use))
        ? undefined
        : { row: rowWith(current, { uses: [...current.uses, use] }), what: 'use' },
    );
    if (!changed || changed.state === 'deleted') {
      await release(context, ids, use);
      throw invalid('mediaIds', 'This photo or video was deleted meanwhile.');
    }
    attached.push(changed);
  }
  return attached;
}

/** Takes media out of what is gone. What then belongs to nothing is looked at by the janitor. */
export async function release(context: MediaContext, ids: readonly Id[], use: MediaUse): Promise<void> {
  for (const id of ids) {
    await changeMedia(context, id, (current) => {
      const uses = current.uses.filter((each) => !isSame(each, use));
      if (uses.length === current.uses.length) return undefined;
      return {
        row: rowWith(current, { uses }),
        what: 'use',
        then: [enqueuePurge('unused-media', context.ids.next(), id)],
      };
    });
  }
}

const isSame = (a: MediaUse, b: MediaUse) => a.kind === b.kind && a.id === b.id;

/** The media, undefined where there is none or it was deleted. */
export async function readMany(
  { records }: MediaContext,
  ids: readonly Id[],
): Promise<(Media | undefined)[]> {
  const found: (Media | undefined)[] = [];
  for (let at = 0; at < ids.length; at += getManyMax) {
    const keys = ids.slice(at, at + getManyMax).map((id) => [id]);
    for (const row of await records.getMany(media, keys)) found.push(row && mediaOf(row));
  }
  return found.map((each) => (each?.state === 'deleted' ? undefined : each));
}

/**
 * Stands in an address for whatever signature it will need. JSON writes it as an escape, and what people write can
 * hold no control characters: so no text of theirs is ever taken for it.
 */
const unsigned = '\u0001';
const unsignedText = '\\u0001';
const unsignedAddress = /\/media\/([0-9a-z]{26})\/([0-9a-z]{11}-\d{1,9})\/\\u0001\//g;

/** JSON texts of media, for fragments that are cached: every address must go through `signAddresses` before it is sent. */
export async function mediaTexts(context: MediaContext, ids: readonly Id[]): Promise<Map<Id, string>> {
  const texts = new Map<Id, string>();
  for (const medium of await readMany(context, ids)) {
    if (!medium) continue;
    const json = presentMedia(
      medium,
      undefined,
      ({ name }, run, file) => `/media/${name}/${run}/${unsigned}/${file}`,
    );
    texts.set(medium.id, JSON.stringify(json));
  }
  return texts;
}

/** Makes the addresses in such a text ones that work, for whoever may see what they are part of. */
export function signAddresses(
  { addresses, settings }: Pick<MediaContext, 'addresses' | 'settings'>,
  text: string,
  options: { isPublic: boolean },
): string {
  if (!text.includes(unsignedText)) return text;
  return text.replace(
    unsignedAddress,
    (_, name: string, run: string) => settings.baseUrl + addresses.pathOf({ name }, run, '', options),
  );
}
