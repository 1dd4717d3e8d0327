import { Check, ChevronDown, ChevronUp, Pause, Play, RotateCw, X } from 'lucide-react';
import { useState } from 'react';
import { KithError, problemText } from '../../api/client.ts';
import { formatAgo, formatBytes, t } from '../../i18n/translate.ts';
import { type FileUpload, fileUploads } from '../../state/file-uploads.ts';
import { useStore } from '../../state/store.ts';
import { IconButton } from '../icon-button.tsx';
import '../../styles/uploads.css';
import { cancelUpload, clearDone, pauseUpload, resumeUpload, uploadAnyway } from './uploads.ts';

const rowsMax = 40;
const rank: Readonly<Record<FileUpload['is'], number>> = {
  stale: 0,
  failed: 0,
  sending: 1,
  reconnecting: 1,
  paused: 2,
  waiting: 3,
  done: 4,
};

/** How files get on, on every page until it is closed. */
export function UploadTray() {
  const uploads = useStore(fileUploads);
  const [isLarge, setIsLarge] = useState(true);
  const left = uploads.filter(({ is }) => is !== 'done');
  const troubled = left.filter(({ is }) => is === 'failed' || is === 'stale').length;
  const going = left.length - troubled;
  const shown = uploads.toSorted((a, b) => rank[a.is] - rank[b.is]).slice(0, rowsMax);
  const words =
    going > 0
      ? t('up.going', { count: going })
      : troubled > 0
        ? t('up.problems', { count: troubled })
        : t('up.done', { count: uploads.length });
  return (
    <section className="uploads" aria-label={t('up.title')}>
      <header className="uploads-head">
        <p role="status">{words}</p>
        <IconButton
          icon={isLarge ? ChevronDown : ChevronUp}
          label={t(isLarge ? 'up.shrink' : 'up.grow')}
          aria-expanded={isLarge}
          onClick={() => setIsLarge(!isLarge)}
        />
        {left.length === 0 && <IconButton icon={X} label={t('do.close')} onClick={clearDone} />}
      </header>
      <Total uploads={uploads} />
      {isLarge && (
        <>
          <ul className="uploads-list">
            {shown.map((upload) => (
              <UploadRow key={upload.id} upload={upload} />
            ))}
          </ul>
          {uploads.length > shown.length && (
            <p className="uploads-more small faint">
              {t('up.more', { count: uploads.length - shown.length })}
            </p>
          )}
          {left.length > 1 && <ForAll left={left} />}
        </>
      )}
    </section>
  );
}

function Total({ uploads }: { uploads: readonly FileUpload[] }) {
  const size = uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const sent = uploads.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  return (
    <progress className="bar" aria-label={t('up.title')} max={Math.max(1, size)} value={size ? sent : 1} />
  );
}

function forAll(uploads: readonly FileUpload[], act: (id: number) => void): void {
  for (const { id } of uploads) act(id);
}

function ForAll({ left }: { left: readonly FileUpload[] }) {
  const going = left.filter(({ is }) => is === 'sending' || is === 'reconnecting' || is === 'waiting');
  const paused = left.filter(({ is }) => is === 'paused' || is === 'failed');
  return (
    <footer className="uploads-foot">
      {going.length > 0 ? (
        <button
          type="button"
          className="link-button"
          // From the end, so that none begins that is paused a moment later.
          onClick={() => forAll(going.toReversed(), pauseUpload)}
        >
          {t('up.pauseAll')}
        </button>
      ) : (
        <button type="button" className="link-button" onClick={() => forAll(paused, resumeUpload)}>
          {t('up.resumeAll')}
        </button>
      )}
      <button type="button" className="link-button" onClick={() => forAll(left.toReversed(), cancelUpload)}>
        {t('up.cancelAll')}
      </button>
    </footer>
  );
}

function UploadRow({ upload }: { upload: FileUpload }) {
  const { id, name, is } = upload;
  const isGoing = is === 'sending' || is === 'reconnecting';
  const isTroubled = is === 'failed' || is === 'stale';
  return (
    <li className="upload">
      <div className="upload-words">
        <p className="upload-name" dir="auto">
          {name}
        </p>
        <p className={isTroubled ? 'small problem-words' : 'small faint'}>{stateWords(upload)}</p>
        {is === 'stale' && upload.current && (
          <button
            type="button"
            className="link-button"
            aria-label={t('do.of', { act: t('up.anyway'), thing: name })}
            onClick={() => uploadAnyway(upload)}
          >
            {t('up.anyway')}
          </button>
        )}
        {isGoing && (
          <progress
            className="bar"
            aria-label={name}
            max={Math.max(1, upload.sizeBytes)}
            value={upload.sentBytes}
          />
        )}
      </div>
      {(isGoing || is === 'waiting') && (
        <IconButton icon={Pause} label={t('up.pause', { name })} onClick={() => pauseUpload(id)} />
      )}
      {is === 'paused' && (
        <IconButton icon={Play} label={t('up.resume', { name })} onClick={() => resumeUpload(id)} />
      )}
      {is === 'failed' && (
        <IconButton icon={RotateCw} label={t('up.retry', { name })} onClick={() => resumeUpload(id)} />
      )}
      {is === 'done' ? (
        <Check size={20} strokeWidth={1.75} aria-hidden="true" className="upload-done" />
      ) : (
        <IconButton icon={X} label={t('up.cancel', { name })} onClick={() => cancelUpload(id)} />
      )}
    </li>
  );
}

function stateWords({ is, name, sentBytes, sizeBytes, isNewVersion, error, current }: FileUpload): string {
  if (is === 'sending')
    return t('up.sending', { sent: formatBytes(sentBytes), size: formatBytes(sizeBytes) });
  if (is === 'failed') {
    if (!(error instanceof KithError)) return t('up.unreadable', { name });
    return error.status === 409 ? t('files.nameTaken', { name }) : problemText(error);
  }
  if (is === 'stale') return current ? t('up.stale', { when: formatAgo(current.modifiedAt) }) : t('up.gone');
  if (is === 'done') return t(isNewVersion ? 'up.newVersion' : 'up.ready');
  return t(`up.${is}`);
}
