import { useQuery } from '@tanstack/react-query';
import { formatBytes, localeName, t } from '../../i18n/translate.ts';
import { storageQuery } from './file-queries.ts';

const fullFrom = 0.9;

/** What one's files and media take of the room there is. */
export function StorageMeter() {
  const { data } = useQuery(storageQuery());
  if (!data) return null;
  const { quotaBytes, usedBytes, filesBytes, mediaBytes } = data;
  const share = quotaBytes > 0 ? Math.min(1, usedBytes / quotaBytes) : 1;
  const words = t('files.used', { used: formatBytes(usedBytes), all: formatBytes(quotaBytes) });
  const percent = new Intl.NumberFormat(localeName(), { style: 'percent' }).format(share);
  return (
    <section className="storage" aria-label={t('files.storage')}>
      <meter
        className={share >= fullFrom ? 'storage-bar is-full' : 'storage-bar'}
        aria-label={t('files.storage')}
        min={0}
        max={1}
        value={share}
      >
        {percent}
      </meter>
      <p className="small faint">
        {words} · {t('files.usedBy', { files: formatBytes(filesBytes), media: formatBytes(mediaBytes) })}
      </p>
    </section>
  );
}
