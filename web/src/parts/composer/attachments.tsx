import { RotateCw, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { problemText } from '../../api/client.ts';
import { localeName, t } from '../../i18n/translate.ts';
import { Dialog } from '../dialog.tsx';
import { IconButton } from '../icon-button.tsx';
import type { Attachment, useAttachments } from './use-attachments.ts';

export function Attachments({ attachments }: { attachments: ReturnType<typeof useAttachments> }) {
  const [described, setDescribed] = useState<Attachment | null>(null);
  const { list, remove, retry, describe } = attachments;
  if (list.length === 0) return null;
  return (
    <>
      <ul className="attachments">
        {list.map((each) => (
          <li key={each.key} className="attachment">
            <Preview attachment={each} />
            <IconButton
              icon={X}
              className="on-media attachment-remove"
              label={each.state.is === 'sending' ? t('media.cancel') : t('media.remove', { name: each.name })}
              onClick={() => remove(each.key)}
            />
            <Progress attachment={each} onRetry={() => retry(each)} />
            {each.state.is !== 'failed' && (
              <button type="button" className="attachment-alt" onClick={() => setDescribed(each)}>
                {each.alt || t('media.altAdd')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {described && (
        <DescribeDialog
          attachment={described}
          onClose={() => setDescribed(null)}
          onSave={(alt) => {
            setDescribed(null);
            describe(described.key, alt);
          }}
        />
      )}
    </>
  );
}

function Preview({ attachment }: { attachment: Attachment }) {
  const { previewUrl, kind, file, alt, name } = attachment;
  if (!previewUrl) return <span className="attachment-preview" />;
  if (kind === 'video' && file)
    return (
      <video className="attachment-preview" src={previewUrl} muted playsInline aria-label={alt || name} />
    );
  return <img className="attachment-preview" src={previewUrl} alt={alt || name} />;
}

function Progress({ attachment, onRetry }: { attachment: Attachment; onRetry: () => void }) {
  const { state } = attachment;
  if (state.is === 'sent') return null;
  if (state.is === 'failed') {
    return (
      <div className="attachment-failed" role="alert">
        <p className="small">{problemText(state.error)}</p>
        {attachment.file && (
          <IconButton icon={RotateCw} className="on-media" label={t('media.retry')} onClick={onRetry} />
        )}
      </div>
    );
  }
  const percent = new Intl.NumberFormat(localeName(), { style: 'percent' }).format(state.share);
  return (
    <progress
      className="attachment-progress"
      max={1}
      value={state.share}
      aria-label={t('media.uploading', { percent })}
    />
  );
}

interface DescribeDialogProps {
  attachment: Attachment;
  onClose: () => void;
  onSave: (alt: string) => void;
}

function DescribeDialog({ attachment, onClose, onSave }: DescribeDialogProps) {
  const [alt, setAlt] = useState(attachment.alt);
  const save = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSave(alt);
  };
  return (
    <Dialog title={t('media.altTitle')} onClose={onClose}>
      <form className="form" onSubmit={save}>
        <Preview attachment={attachment} />
        <label className="field">
          <span>{t('media.alt')}</span>
          <textarea rows={3} maxLength={1000} value={alt} onChange={(event) => setAlt(event.target.value)} />
          <span className="small faint">{t('media.altHint')}</span>
        </label>
        <button type="submit" className="button primary">
          {t('do.done')}
        </button>
      </form>
    </Dialog>
  );
}
