import { ImagePlus } from 'lucide-react';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import type { Post } from '../../../../sdk/schema.ts';
import { t } from '../../i18n/translate.ts';
import type { Composing } from '../../state/composing.ts';
import { type Draft, keepDraft, keptDraft } from '../../state/draft.ts';
import { useOwner } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { Dialog } from '../dialog.tsx';
import { Attachments } from './attachments.tsx';
import { CompletingText } from './completing-text.tsx';
import { sendEdit, sendPost } from './send-post.ts';
import { useAttachments } from './use-attachments.ts';
import { VisibilityChoice } from './visibility-choice.tsx';

const textBytesMax = 100_000;
const keepAfterMs = 300;

/** Writes a new post, or changes one. What is begun is kept until it is sent. */
export function Composer({ what, onClose }: { what: Composing; onClose: () => void }) {
  const edited = what.what === 'edit' ? what.post : undefined;
  const me = useOwner();
  const [draft] = useState<Draft>(() => (edited ? draftOf(edited) : keptDraft()));
  const [text, setText] = useState(draft.text);
  const [visibility, setVisibility] = useState(draft.visibility);
  const [isBusy, setIsBusy] = useState(false);
  const attachments = useAttachments(draft.attachments);
  const picker = useRef<HTMLInputElement>(null);
  const isTooLong = new TextEncoder().encode(text).length > textBytesMax;
  const isEmpty = text.trim() === '' && attachments.list.length === 0 && !edited?.media.length;
  const { list } = attachments;

  const current = (): Draft => ({
    ...draft,
    text,
    visibility,
    attachments: list.flatMap(({ name, kind, alt, mediaId }) =>
      mediaId ? [{ name, kind, alt, mediaId }] : [],
    ),
  });
  useEffect(() => {
    if (edited) return;
    const timer = setTimeout(() => keepDraft(current()), keepAfterMs);
    return () => clearTimeout(timer);
  });

  const send = async () => {
    if (isBusy || isEmpty || isTooLong || attachments.isSending || attachments.hasFailed) return;
    setIsBusy(true);
    try {
      if (edited) await sendEdit(edited, { text, visibility });
      else {
        await attachments.described();
        say(await sendPost(current()));
      }
      if (!edited) keepDraft(null);
      onClose();
    } catch (error) {
      sayProblem(error);
      setIsBusy(false);
    }
  };
  const close = () => {
    if (!edited) {
      keepDraft(current());
      if (!isEmpty) say(t('post.draftKept'));
    }
    onClose();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (!edited) attachments.add([...event.dataTransfer.files]);
  };
  return (
    <Dialog
      title={t(edited ? 'post.editTitle' : 'post.write')}
      onClose={close}
      isTall
      footer={
        <>
          <VisibilityChoice chosen={visibility} onChoose={setVisibility} />
          <button
            type="button"
            className="button primary"
            disabled={isBusy || isEmpty || isTooLong || attachments.isSending || attachments.hasFailed}
            onClick={() => void send()}
          >
            {t(edited ? 'do.save' : 'post.send')}
          </button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button beside does the same. */}
      <div className="composer" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <CompletingText
          label={t('post.text')}
          placeholder={t('feed.ask')}
          rows={6}
          hasFocus
          value={text}
          onChange={setText}
          onSend={() => void send()}
          onPaste={(event) => {
            if (edited || event.clipboardData.files.length === 0) return;
            event.preventDefault();
            attachments.add([...event.clipboardData.files]);
          }}
        />
        {isTooLong && <p className="small problem-words">{t('post.tooLong')}</p>}
        {me.isPrivate && <p className="small faint">{t('post.privateNote')}</p>}
        {!edited && (
          <>
            <Attachments attachments={attachments} />
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              accept="image/*,video/*"
              onChange={(event) => {
                attachments.add([...(event.target.files ?? [])]);
                event.target.value = '';
              }}
            />
            <button type="button" className="button" onClick={() => picker.current?.click()}>
              <ImagePlus size={20} strokeWidth={1.75} aria-hidden="true" />
              {t('media.add')}
            </button>
          </>
        )}
      </div>
    </Dialog>
  );
}

const draftOf = (post: Post): Draft => ({
  text: post.text,
  visibility: post.visibility,
  attachments: [],
  key: '',
});
