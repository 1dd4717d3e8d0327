import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { Report } from '../../../sdk/schema.ts';
import { type ReportAction, reportsQuery, resolveReport } from '../api/admin-queries.ts';
import { type MessageKey, t } from '../i18n/translate.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { nameOf } from '../parts/person.tsx';
import { When } from '../parts/when.tsx';
import { say, sayProblem } from '../state/toasts.ts';

export function AdminReports() {
  const reports = useInfiniteQuery(reportsQuery());
  if (reports.isPending) return <Loading />;
  if (reports.isError) return <Problem error={reports.error} onRetry={() => void reports.refetch()} />;
  const items = reports.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return <Empty icon={ShieldCheck} title={t('admin.noReports')} more={t('admin.noReportsMore')} />;
  return (
    <>
      <ul className="lines">
        {items.map((report) => (
          <ReportView key={report.id} report={report} />
        ))}
      </ul>
      <MoreButton query={reports} />
    </>
  );
}

function ReportView({ report }: { report: Report }) {
  const { subject, reporter, note } = report;
  const [isRemoving, setIsRemoving] = useState(false);
  const settle = (action: ReportAction) =>
    void resolveReport(report.id, action).then(() => say(t('admin.settled')), sayProblem);
  const thing = [t(`report.${report.reason}` as MessageKey), subject.owner && nameOf(subject.owner)]
    .filter(Boolean)
    .join(', ');
  return (
    <li className="report">
      <p>
        <strong>{t(`report.${report.reason}` as MessageKey)}</strong>{' '}
        <span className="small faint">
          {reporter && t('admin.by', { name: nameOf(reporter) })} · <When at={report.createdAt} />
        </span>
      </p>
      {note && <p dir="auto">{note}</p>}
      <blockquote className="report-subject" dir="auto">
        {subject.owner && (
          <Link to="/@{$username}" params={{ username: subject.owner.username }} className="person-name">
            {nameOf(subject.owner)}
          </Link>
        )}
        <p>{subject.text ?? (subject.kind === 'user' ? '' : t('admin.gone'))}</p>
        {subject.kind === 'post' && subject.text !== null && (
          <Link to="/p/$id" params={{ id: subject.id }}>
            {t('post.one', { name: subject.owner ? nameOf(subject.owner) : '' })}
          </Link>
        )}
      </blockquote>
      <div className="form-line">
        <button
          type="button"
          className="button"
          aria-label={t('do.of', { act: t('admin.dismiss'), thing })}
          onClick={() => settle('dismiss')}
        >
          {t('admin.dismiss')}
        </button>
        {subject.kind !== 'user' && (
          <button
            type="button"
            className="button loss"
            aria-label={t('do.of', { act: t('admin.removeIt'), thing })}
            onClick={() => setIsRemoving(true)}
          >
            {t('admin.removeIt')}
          </button>
        )}
        {subject.owner && (
          <button
            type="button"
            className="button loss"
            aria-label={t('do.of', { act: t('admin.closeAccount'), thing: nameOf(subject.owner) })}
            onClick={() => settle('deactivate-account')}
          >
            {t('admin.closeAccount')}
          </button>
        )}
      </div>
      {isRemoving && (
        <Confirm
          title={t('admin.removeTitle')}
          more={t('admin.removeMore')}
          act={t('admin.removeIt')}
          onAct={() => settle(subject.kind === 'post' ? 'remove-post' : 'remove-comment')}
          onClose={() => setIsRemoving(false)}
        />
      )}
    </li>
  );
}
