import { useQuery } from '@tanstack/react-query';
import type { FileNode } from '../../../../sdk/schema.ts';
import { t } from '../../i18n/translate.ts';
import { Dialog } from '../dialog.tsx';
import { Loading, Problem } from '../notices.tsx';
import { sharesQuery } from './file-queries.ts';
import { ShareLinks } from './share-links.tsx';
import { SharePeople } from './share-people.tsx';

export function ShareDialog({ node, onClose }: { node: FileNode; onClose: () => void }) {
  const shares = useQuery(sharesQuery(node.id));
  const items = shares.data?.items;
  return (
    <Dialog title={t('share.title', { name: node.name })} onClose={onClose}>
      {shares.isPending && <Loading />}
      {shares.isError && <Problem error={shares.error} onRetry={() => void shares.refetch()} />}
      {items && (
        <>
          <SharePeople node={node} shares={items.filter(({ userId }) => userId !== null)} />
          <ShareLinks node={node} links={items.filter(({ url }) => url !== null)} />
        </>
      )}
    </Dialog>
  );
}
