import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { enqueuePurge } from '../purging/index.ts';
import { attach } from './attach-media.ts';
import { readMedia } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { fittingFile } from './open-delivery.ts';
import { mediaByName } from './tables.ts';

/** Wide enough for the largest place that shows one, on a sharp screen. */
const avatarWidth = 320;

/**
 * Makes one's own ready picture one's profile image, and answers its path, which anybody may fetch. The picture
 * before it is looked at by the janitor when its grace is over, since the profile may not come to be changed.
 */
export async function setAvatar(
  context: MediaContext,
  principal: Principal,
  mediaId: Id | null,
  formerUrl: string | null,
): Promise<string | null> {
  const { addresses } = context;
  const found = mediaId === null ? null : await readMedia(context, mediaId);
  if (found !== null) {
    if (found?.ownerId !== principal.userId || found.state === 'deleted' || found.kind !== 'image')
      throw invalid('avatarMediaId', 'This is no picture that you uploaded here.');
    if (found.state !== 'ready' || !found.shown)
      throw invalid('avatarMediaId', 'This picture is not ready yet.');
    await attach(context, [found.id], { kind: 'avatar', id: principal.userId });
  }
  await recheck(context, formerUrl);
  if (found === null) return null;
  const { run } = found.shown!;
  const file = fittingFile(found.shown!, { width: avatarWidth, accept: '', savesData: false });
  return addresses.pathOf(found, run, file, { isPublic: true });
}

/** Whether that is the address of a file of the medium. */
export const isAddressOf = (url: string | null, { name }: { name: string }): boolean =>
  url?.includes(`/media/${name}/`) === true;

async function recheck({ records, ids }: MediaContext, url: string | null): Promise<void> {
  const name = /\/media\/([0-9a-z]{26})\//.exec(url ?? '')?.[1];
  const row = name && (await records.get(mediaByName, [name]));
  if (!row) return;
  const { mediaId } = row.value;
  await records.commit({
    decide: [],
    then: [enqueuePurge('unused-media', ids.next(), mediaId)],
    hints: [{ kind: 'media.queued', key: mediaId, data: { mediaId } }],
  });
}
