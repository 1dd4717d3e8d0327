import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import { readMedia } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { blobOf, type Media, type Shown } from './media.ts';
import { mediaByName } from './tables.ts';

export interface DeliveryRequest {
  name: string;
  run: string;
  file: string;
  token?: string | undefined;
  viewer: Principal | null;
}

const namePattern = /^[0-9a-z]{26}$/;
const runPattern = /^[0-9a-z]{11}-\d{1,9}$/;
const filePattern = /^[a-z0-9][a-z0-9.-]{0,100}$/;

/** The blob behind an address, for whoever may have it; for others there is none. */
export async function openDelivery(
  deps: MediaContext,
  { name, run, file, token, viewer }: DeliveryRequest,
): Promise<{ blob: string; isPublic: boolean }> {
  if (!runPattern.test(run) || !filePattern.test(file)) throw notFound();
  const medium = await namedMedium(deps, name);
  const isPublic = await isForAll(deps, medium);
  // A signature that is none is refused to everybody, or one file could be had, and cached, under any number of names.
  const mayHave =
    token === undefined
      ? isPublic || (await mayFetch(deps, medium, viewer))
      : deps.addresses.isValid(name, run, token);
  if (!mayHave) throw notFound();
  return { blob: blobOf(name, run, file), isPublic };
}

export interface Wishes {
  /** In pixels of the device; undefined: not told. */
  width: number | undefined;
  accept: string;
  savesData: boolean;
  /** What the browser thinks of its connection: `slow-2g`, `2g`, `3g` or `4g`; undefined: not told. */
  connection?: string | undefined;
}

/** The path of the file that fits whoever asks best: the smallest that is wide enough, in the best format taken. */
export async function findFitting(
  deps: MediaContext,
  { name, viewer, wishes }: { name: string; viewer: Principal | null; wishes: Wishes },
): Promise<{ path: string; isPublic: boolean }> {
  const medium = await namedMedium(deps, name);
  const isPublic = await isForAll(deps, medium);
  if (!isPublic && !(await mayFetch(deps, medium, viewer))) throw notFound();
  if (!medium.shown) throw notFound('This is not ready to be shown yet.');
  const file = fittingFile(medium.shown, wishes);
  return { path: deps.addresses.pathOf(medium, medium.shown.run, file, { isPublic }), isPublic };
}

/** Where nothing is told: wide enough for a phone held upright, sharp. */
const widthDefault = 1080;
const savingWidthMax = 640;
const widthMaxByConnection: Readonly<Record<string, number>> = { 'slow-2g': 320, '2g': 320, '3g': 640 };

export function fittingFile(shown: Shown, { width, accept, savesData, connection = '' }: Wishes): string {
  const { poster, playlist, variants } = shown;
  const wantsPicture = /\bimage\//.test(accept) && !/mpegurl|video\//.test(accept);
  if (poster && playlist) return wantsPicture ? poster : playlist;
  const bounds = [
    savesData ? savingWidthMax : Number.POSITIVE_INFINITY,
    Object.hasOwn(widthMaxByConnection, connection)
      ? widthMaxByConnection[connection]!
      : Number.POSITIVE_INFINITY,
  ];
  const wanted = Math.min(width ?? widthDefault, ...bounds);
  const widest = Math.max(...variants.map((each) => each.width));
  const wide = Math.min(...variants.map((each) => each.width).filter((each) => each >= wanted), widest);
  const fitting = variants.filter((each) => each.width === wide);
  // AVIF only to who names it; WebP is taken by whatever shows pictures at all.
  const takes = (type: string) => (type === 'image/avif' ? accept.includes(type) : true);
  const [best] = fitting.filter(({ type }) => takes(type)).sort((a, b) => a.sizeBytes - b.sizeBytes);
  return (best ?? fitting[0]!).file;
}

async function namedMedium(context: MediaContext, name: string): Promise<Media> {
  const row = namePattern.test(name) ? await context.records.get(mediaByName, [name]) : undefined;
  const medium = row && (await readMedia(context, row.value.mediaId));
  if (!medium || medium.state === 'deleted') throw notFound();
  return medium;
}

const isForAll = (context: MediaContext, medium: Media) => canSeeAny(context, null, medium);

async function canSeeAny({ canSee }: MediaContext, viewer: Principal | null, medium: Media) {
  for (const use of medium.uses) if (await canSee(viewer, use, medium)) return true;
  return false;
}

async function mayFetch(context: MediaContext, medium: Media, viewer: Principal | null): Promise<boolean> {
  if (viewer === null) return false;
  return viewer.userId === medium.ownerId || canSeeAny(context, viewer, medium);
}
