import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { History, Trash2, Undo2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Snapshot } from '../../../../sdk/schema.ts';
import { formatMoment, t } from '../../i18n/translate.ts';
import { Confirm, Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { snapshotsQuery } from '../../parts/files/file-queries.ts';
import { FilesNav } from '../../parts/files/files-nav.tsx';
import { MomentForm } from '../../parts/files/moment-form.tsx';
import { goBack, makeSnapshot, removeSnapshot } from '../../parts/files/snapshot-acts.ts';
import { Menu } from '../../parts/menu.tsx';
import { Empty, Loading, Problem } from '../../parts/notices.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { MoreButton } from '../../parts/people-list.tsx';
import { say, sayProblem } from '../../state/toasts.ts';

export function SnapshotsPage() {
  const list = useInfiniteQuery(snapshotsQuery());
  const [isMaking, setIsMaking] = useState(false);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHead title={t('files.snapshots')}>
        <button type="button" className="button primary" onClick={() => setIsMaking(true)}>
          {t('snap.make')}
        </button>
      </PageHead>
      <FilesNav />
      {list.isPending && <Loading />}
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <Empty icon={History} title={t('snap.empty')} more={t('snap.emptyMore')} />
      )}
      <MomentForm />
      {items.length > 0 && <p className="files-lead faint">{t('snap.lead')}</p>}
      <ol className="time-line" aria-label={t('files.snapshots')}>
        {items.map((snapshot) => (
          <Moment key={snapshot.id} snapshot={snapshot} />
        ))}
      </ol>
      <MoreButton query={list} />
      {isMaking && <MakeSnapshot onClose={() => setIsMaking(false)} />}
    </>
  );
}

function Moment({ snapshot }: { snapshot: Snapshot }) {
  const [isRemoving, setIsRemoving] = useState(false);
  const { id, name, createdAt } = snapshot;
  return (
    <li className="moment">
      <Link to="/files/snapshots/$id" params={{ id }} className="moment-link">
        <span className="person-name">{name || t('snap.unnamed')}</span>
        <time className="small faint" dateTime={createdAt}>
          {formatMoment(createdAt)}
        </time>
      </Link>
      <Menu
        label={t('do.of', { act: t('snap.menu'), thing: name || formatMoment(createdAt) })}
        items={[
          { icon: Undo2, words: t('snap.restoreAll'), act: () => void goBack({ snapshotId: id }, '') },
          { icon: Trash2, words: t('snap.remove'), isLoss: true, act: () => setIsRemoving(true) },
        ]}
      />
      {isRemoving && (
        <Confirm
          title={t('snap.removeTitle')}
          more={t('snap.removeMore')}
          act={t('snap.remove')}
          onAct={() => void removeSnapshot(id)}
          onClose={() => setIsRemoving(false)}
        />
      )}
    </li>
  );
}

function MakeSnapshot({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const make = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await makeSnapshot(name);
      say(t('snap.made'));
      onClose();
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Dialog title={t('snap.make')} onClose={onClose}>
      <form className="form" onSubmit={make}>
        <p className="faint">{t('snap.lead')}</p>
        <Field
          label={t('snap.name')}
          hint={t('snap.nameHint')}
          maxLength={200}
          value={name}
          onChange={setName}
        />
        <button type="submit" className="button primary">
          {t('snap.make')}
        </button>
      </form>
    </Dialog>
  );
}
