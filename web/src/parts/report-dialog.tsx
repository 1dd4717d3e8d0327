import { type FormEvent, useState } from 'react';
import { api, freshKey } from '../api/client.ts';
import { t } from '../i18n/translate.ts';
import { say, sayProblem } from '../state/toasts.ts';
import { Dialog } from './dialog.tsx';

const reasons = [
  'spam',
  'harassment',
  'hate',
  'violence',
  'nudity',
  'self-harm',
  'false-information',
  'illegal',
  'other',
] as const;

interface ReportDialogProps {
  subject: { postId: string } | { commentId: string } | { userId: string };
  onClose: () => void;
}

export function ReportDialog({ subject, onClose }: ReportDialogProps) {
  const [reason, setReason] = useState<(typeof reasons)[number]>('spam');
  const [note, setNote] = useState('');
  const [key] = useState(freshKey);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.post('/v1/reports', { body: { ...subject, reason, note }, idempotencyKey: key });
      say(t('report.sent'));
      onClose();
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Dialog title={t('report.title')} onClose={onClose}>
      <form className="form" onSubmit={send}>
        <p className="faint">{t('report.lead')}</p>
        <fieldset className="choices">
          <legend>{t('report.reason')}</legend>
          {reasons.map((each) => (
            <label key={each} className="choice">
              <input type="radio" name="reason" checked={each === reason} onChange={() => setReason(each)} />
              {t(`report.${each}`)}
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span>{t('report.note')}</span>
          <textarea
            rows={3}
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary">
          {t('report.send')}
        </button>
      </form>
    </Dialog>
  );
}
