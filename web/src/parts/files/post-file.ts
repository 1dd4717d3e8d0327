/** Photos and videos in Files that are shown to others, without being uploaded again. */
import type { FileNode, Media } from '../../../../sdk/schema.ts';
import { api, freshKey, KithError } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { t } from '../../i18n/translate.ts';
import { composing } from '../../state/composing.ts';
import { keepDraft, keptDraft } from '../../state/draft.ts';
import { rememberMe } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { whenPrepared } from '../../state/upload.ts';
import { attachmentsMax } from '../composer/use-attachments.ts';

/** A picture takes less; a video goes on being prepared while one writes. */
const preparedMsMax = 6000;
const pictureMsMax = 60_000;

/** Puts it into the post that is being written, and opens that. */
export async function postFile(node: FileNode): Promise<void> {
  if (keptDraft().attachments.length >= attachmentsMax)
    return say(t('media.tooMany', { count: attachmentsMax }));
  try {
    const { id, kind } = await makeMedium(node, preparedMsMax);
    const draft = keptDraft();
    const attachment = { name: node.name, kind, alt: '', mediaId: id };
    keepDraft({ ...draft, attachments: [...draft.attachments, attachment] });
    composing.set({ what: 'new' });
  } catch (error) {
    sayProblem(error);
  }
}

export async function setPicture(node: FileNode): Promise<void> {
  try {
    const { id } = await makeMedium(node, pictureMsMax);
    rememberMe(await api.patch('/v1/users/me', { body: { avatarMediaId: id } }));
    void queryClient.invalidateQueries({ queryKey: ['user'] });
    say(t('files.isPicture'));
  } catch (error) {
    sayProblem(error);
  }
}

async function makeMedium({ id, name }: FileNode, msMax: number): Promise<Media> {
  say(t('files.preparing', { name }));
  const made = await api.post('/v1/media', { body: { fileId: id }, idempotencyKey: freshKey() });
  const media = await whenPrepared(made.id, msMax);
  if (media.state === 'failed')
    throw new KithError({ status: 422, code: 'invalid', detail: media.error ?? t('files.noPreview') });
  return media;
}
