import type { Readable } from 'node:stream';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import { type Blobs, BlobsError } from '../../ports/blobs/blobs.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Accounts, Profiles } from '../accounts/index.ts';
import type { Comments } from '../comments/index.ts';
import type { GraphFeature } from '../graph/index.ts';
import type { Media, MediaFeature } from '../media/index.ts';
import type { Notifications } from '../notifications/index.ts';
import type { PostsFeature } from '../posts/index.ts';
import { listsOf } from './own-lists.ts';
import { jsonArray, jsonText, streamZip, type ZipEntry } from './zip.ts';

export interface OwnDataDeps {
  records: Records;
  clock: Clock;
  blobs: Pick<Blobs, 'get'>;
  accounts: Pick<Accounts, 'directory' | 'listHistory' | 'listSessions' | 'listAppPasswords'>;
  profiles: Pick<Profiles, 'presentOwn'>;
  graph: Pick<
    GraphFeature,
    'listFollowers' | 'listFollowing' | 'listRequests' | 'listBlocked' | 'listMuted' | 'listFollowHistory'
  >;
  posts: Pick<PostsFeature, 'list' | 'getMany' | 'pending' | 'counts' | 'revisions'>;
  comments: Pick<Comments, 'byIds'>;
  media: Pick<MediaFeature, 'ownedBy'>;
  notifications: Pick<Notifications, 'list'>;
  /** What people type to come here. */
  publicUrl: string;
}

export interface OwnData {
  /** Everything of the caller's, as a zip file that is made as it is read. Refuses beyond `exportsAtOnceMax`. */
  export(principal: Principal): Promise<{ name: string; bytes: Readable }>;
}

/** In one process: each reads a person's whole history. */
export const exportsAtOnceMax = 4;
const retryAfterSeconds = 60;
const format = 1;

export function createOwnData(deps: OwnDataDeps): OwnData {
  let underWay = 0;
  return {
    async export(principal) {
      if (underWay >= exportsAtOnceMax) {
        throw new Refusal(
          'unavailable',
          'Several people are downloading theirs. Please try again in a minute.',
          {
            retryAfterSeconds,
          },
        );
      }
      const account = await deps.accounts.directory.get(principal.userId);
      if (!account) throw notFound();
      const day = new Date(deps.clock.nowMs()).toISOString().slice(0, 10);
      underWay++;
      const bytes = streamZip(entriesOf(deps, principal));
      bytes.once('close', () => underWay--);
      return { name: `kith-${account.username}-${day}.zip`, bytes };
    },
  };
}

async function* entriesOf(deps: OwnDataDeps, principal: Principal): AsyncGenerator<ZipEntry> {
  const { clock, accounts, profiles, publicUrl } = deps;
  const { userId } = principal;
  const atMs = clock.nowMs();
  const entry = (name: string, open: () => Promise<Readable>): ZipEntry => ({
    name,
    atMs,
    isCompressed: true,
    open,
  });
  const account = await accounts.directory.get(userId);
  if (!account) throw notFound();
  const exportedAt = new Date(atMs).toISOString();
  yield entry('about.json', async () => jsonText({ format, server: publicUrl, exportedAt, userId }));
  yield entry('profile.json', async () => jsonText(await profiles.presentOwn(account)));
  const pathById = new Map<Id, string>();
  for await (const medium of mediaOf(deps, userId)) {
    pathById.set(medium.id, pathOf(medium));
    yield {
      name: pathOf(medium),
      atMs: medium.createdAtMs,
      isCompressed: false,
      open: () => openOriginal(deps, medium),
    };
  }
  const mediaPath = (id: Id) => pathById.get(id);
  for (const [name, list] of Object.entries(listsOf(deps, principal, account, mediaPath)))
    yield entry(`${name}.json`, async () => jsonArray(list()));
}

const mediaPageSize = 100;

async function* mediaOf({ media }: Pick<OwnDataDeps, 'media'>, userId: Id): AsyncGenerator<Media> {
  let after: Id | undefined;
  for (;;) {
    const page = await media.ownedBy(userId, { after, limit: mediaPageSize });
    yield* page.items;
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** Undefined for one that never arrived, or is gone since it was listed. */
async function openOriginal(
  { blobs }: OwnDataDeps,
  { arrivedAtMs, original }: Media,
): Promise<Readable | undefined> {
  if (arrivedAtMs === null) return undefined;
  try {
    return (await blobs.get(original)).body;
  } catch (error) {
    if (error instanceof BlobsError && error.kind === 'absent') return undefined;
    throw error;
  }
}

const nameCharactersMax = 100;
const unsafe = /[^\p{L}\p{M}\p{N} ._()+-]/gu;

/** The id keeps names apart; the rest is what the file was called, as far as every system can call it so. */
export function pathOf({ id, filename }: Pick<Media, 'id' | 'filename'>): string {
  const dot = filename.lastIndexOf('.');
  const ending = dot > 0 ? filename.slice(dot).slice(0, 10) : '';
  const stem = (dot > 0 ? filename.slice(0, dot) : filename).slice(0, nameCharactersMax);
  return `media/${id}-${(stem + ending)
    .replace(unsafe, '_')
    .toWellFormed()
    .replace(/[. ]+$/, '')}`;
}
