import { useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { isAccepted, mediaOf, sendFile, type Upload, type UploadState } from '../../state/upload.ts';

export interface Attachment {
  key: string;
  name: string;
  kind: 'image' | 'video';
  alt: string;
  state: UploadState;
  mediaId?: string;
  previewUrl?: string | undefined;
  file?: File;
}

/** What a draft keeps of an attachment: its bytes are on the server. */
export type KeptAttachment = Pick<Attachment, 'name' | 'kind' | 'alt'> & { mediaId: string };

export const attachmentsMax = 10;
let lastKey = 0;

/** The photos and videos of a post that is being written, each sent as soon as it is added. */
export function useAttachments(kept: readonly KeptAttachment[]) {
  const [list, setList] = useState<readonly Attachment[]>(() => kept.map(fromDraft));
  const uploads = useRef(new Map<string, Upload>());
  const descriptions = useDescriptions(kept);

  const change = (key: string, part: Partial<Attachment>) =>
    setList((before) => before.map((each) => (each.key === key ? { ...each, ...part } : each)));

  const send = (key: string, file: File, alt: string) => {
    change(key, { state: { is: 'sending', share: 0 } });
    const upload = sendFile(file, alt, (share) => change(key, { state: { is: 'sending', share } }));
    uploads.current.set(key, upload);
    upload.done.then(
      (mediaId) => {
        change(key, { mediaId, state: { is: 'sent' } });
        descriptions.arrived(key, mediaId, alt);
      },
      (error: unknown) => change(key, { state: { is: 'failed', error } }),
    );
  };

  const add = (files: readonly File[]) => {
    for (const file of files.filter((each) => !isAccepted(each)))
      say(t('media.refused', { name: file.name }));
    const room = attachmentsMax - list.length;
    const good = files.filter(isAccepted);
    if (good.length > room) say(t('media.tooMany', { count: attachmentsMax }));
    const fresh = good.slice(0, room).map(fromFile);
    setList((before) => [...before, ...fresh]);
    for (const { key, file } of fresh) send(key, file, '');
  };

  const remove = (key: string) => {
    const gone = list.find((each) => each.key === key);
    uploads.current.get(key)?.cancel();
    setList((before) => before.filter((each) => each.key !== key));
    if (gone?.file && gone.previewUrl) URL.revokeObjectURL(gone.previewUrl);
    // What stays behind belongs to nothing, and is cleared away by the server in time.
    if (gone?.mediaId) api.delete('/v1/media/{id}', { path: { id: gone.mediaId } }).catch(() => {});
  };

  const describe = (key: string, alt: string) => {
    change(key, { alt });
    descriptions.describe(key, alt);
  };

  // What a draft named is shown as far as the server has it: once, for what the draft brought.
  // biome-ignore lint/correctness/useExhaustiveDependencies: later additions have their own previews.
  useEffect(() => {
    for (const { key, mediaId } of list) {
      if (!mediaId) continue;
      mediaOf(mediaId).then(
        (media) => change(key, { previewUrl: media.posterUrl ?? media.variants[0]?.url }),
        () => setList((before) => before.filter((each) => each.key !== key)),
      );
    }
  }, []);

  return {
    list,
    add,
    remove,
    describe,
    /** Resolves when the server has every description, or has refused it. */
    described: descriptions.settled,
    retry: (each: Attachment) => each.file && send(each.key, each.file, each.alt),
    isSending: list.some(({ state }) => state.is === 'sending'),
    hasFailed: list.some(({ state }) => state.is === 'failed'),
  };
}

/** Brings descriptions to the server in their order: at once, or when what they describe has arrived there. */
function useDescriptions(kept: readonly KeptAttachment[]) {
  const mediaIds = useRef(new Map(kept.map((each) => [keyOf(each), each.mediaId])));
  const wanted = useRef(new Map<string, string>());
  const sending = useRef<Promise<unknown>>(Promise.resolve());

  const save = (id: string, alt: string) => {
    sending.current = sending.current
      .then(() => api.patch('/v1/media/{id}', { path: { id }, body: { alt } }))
      .catch(sayProblem);
  };
  return {
    describe(key: string, alt: string) {
      wanted.current.set(key, alt);
      const id = mediaIds.current.get(key);
      if (id) save(id, alt);
    },
    arrived(key: string, mediaId: string, sentAlt: string) {
      mediaIds.current.set(key, mediaId);
      const alt = wanted.current.get(key) ?? sentAlt;
      if (alt !== sentAlt) save(mediaId, alt);
    },
    settled: () => sending.current,
  };
}

const keyOf = ({ mediaId }: KeptAttachment) => `kept-${mediaId}`;

const fromDraft = (kept: KeptAttachment): Attachment => ({
  ...kept,
  key: keyOf(kept),
  state: { is: 'sent' },
});

function fromFile(file: File): Attachment & { file: File } {
  lastKey += 1;
  return {
    key: `file-${lastKey}`,
    name: file.name,
    kind: file.type.startsWith('video/') ? 'video' : 'image',
    alt: '',
    state: { is: 'sending', share: 0 },
    previewUrl: URL.createObjectURL(file),
    file,
  };
}
