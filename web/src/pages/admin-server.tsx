import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { Paths } from '../../../sdk/schema.ts';
import { overviewQuery } from '../api/admin-queries.ts';
import { formatBytes, formatMoment, type MessageKey, t } from '../i18n/translate.ts';
import { Loading, Problem } from '../parts/notices.tsx';
import { AdminFailedMedia } from './admin-failed-media.tsx';

type Overview = Paths['/v1/admin/overview']['get']['answer'];

/** How the installation is: what an operator looks at first when something is slow or full. */
export function AdminServer() {
  const overview = useQuery(overviewQuery());
  if (overview.isPending) return <Loading />;
  if (!overview.data) return <Problem error={overview.error} onRetry={() => void overview.refetch()} />;
  return (
    <div className="settings-form">
      <Health {...overview.data} />
      <Storage storage={overview.data.storage} />
      <Queues {...overview.data} />
      <section className="settings-section">
        <h2>{t('admin.failed')}</h2>
        <AdminFailedMedia />
      </section>
    </div>
  );
}

function Health({ isReady, missing, engines, version, profile, roles }: Overview) {
  const Icon = isReady ? CircleCheck : CircleAlert;
  return (
    <section className="settings-section">
      <h2>{t('admin.health')}</h2>
      <p className={isReady ? 'state-line' : 'state-line problem-words'} role="status">
        <Icon size={20} aria-hidden="true" />
        {t(isReady ? 'admin.ready' : 'admin.notReady')}
      </p>
      {missing.map(({ name, problem }) => (
        <p key={name}>{t('admin.lacks', { name, problem })}</p>
      ))}
      {engines.length > 0 && (
        <Figures
          rows={engines.map(({ name, isUp, seconds }) => ({
            name: <code>{name}</code>,
            value: isUp ? t('admin.up', { seconds }) : t('admin.down'),
            isBad: !isUp,
          }))}
        />
      )}
      <p className="small faint">
        {t('admin.runs', { version, profile })}
        <br />
        {t('admin.roles', { roles: roles.join(', ') })}
      </p>
    </section>
  );
}

function Storage({ storage }: Pick<Overview, 'storage'>) {
  const { disk, databaseBytes, parts, measuredAt } = storage;
  return (
    <section className="settings-section">
      <h2>{t('admin.storage')}</h2>
      {disk && (
        <>
          <meter
            className="meter"
            aria-label={t('admin.disk')}
            max={disk.totalBytes}
            high={disk.totalBytes * nearlyFull}
            optimum={0}
            value={disk.totalBytes - disk.freeBytes}
          />
          <p>
            {t('admin.diskFree', { free: formatBytes(disk.freeBytes), total: formatBytes(disk.totalBytes) })}
          </p>
        </>
      )}
      <Figures
        rows={[
          ...(databaseBytes === null
            ? []
            : [{ name: t('admin.database'), value: formatBytes(databaseBytes) }]),
          ...parts.map(({ name, bytes, count }) => ({
            name: t(`admin.${name}` as MessageKey),
            more: t('admin.pieces', { count }),
            value: formatBytes(bytes),
          })),
        ]}
      />
      <p className="small faint">
        {measuredAt ? t('admin.measured', { when: formatMoment(measuredAt) }) : t('admin.unmeasured')}
      </p>
    </section>
  );
}

/** Of the disk. */
const nearlyFull = 0.9;

function Queues({ queues, media }: Pick<Overview, 'queues' | 'media'>) {
  const waits = (count: number) => (count > 0 ? t('admin.waiting', { count }) : t('admin.nothingWaits'));
  return (
    <section className="settings-section">
      <h2>{t('admin.queues')}</h2>
      <Figures
        rows={[
          { name: t('admin.mediaWaiting'), value: waits(media.waiting) },
          ...queues.map(({ name, waiting, failures }) => ({
            name: <code>{name}</code>,
            ...(failures > 0 && { more: t('admin.failures', { count: failures }) }),
            value: waits(waiting),
            isBad: failures > 0,
          })),
        ]}
      />
    </section>
  );
}

interface Figure {
  name: React.ReactNode;
  /** Beside the name, and less. */
  more?: string;
  value: string;
  isBad?: boolean;
}

function Figures({ rows }: { rows: readonly Figure[] }) {
  return (
    <dl className="figures">
      {rows.map(({ name, more, value, isBad }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are always the same ones.
        <div key={index}>
          <dt>
            {name} {more && <span className="small faint">{more}</span>}
          </dt>
          <dd className={isBad ? 'count problem-words' : 'count'}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
