import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FileNode, FileVersion } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { userQuery } from '../../api/queries.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { formatBytes, formatMoment, type MessageKey, t } from '../../i18n/translate.ts';
import { useOwner } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { Dialog } from '../dialog.tsx';
import { Loading, Problem } from '../notices.tsx';
import { MoreButton } from '../people-list.tsx';
import { nameOf } from '../person.tsx';
import { FileDialog } from './file-dialog.tsx';
import { FileFace } from './file-face.tsx';
import { contentUrl, versionsQuery } from './file-queries.ts';

export function VersionsDialog({ node, onClose }: { node: FileNode; onClose: () => void }) {
  const versions = useInfiniteQuery(versionsQuery(node.id));
  const [shown, setShown] = useState<FileVersion>();
  const items = versions.data?.pages.flatMap((page) => page.items) ?? [];
  const restore = async ({ versionId }: FileVersion) => {
    try {
      await api.post('/v1/files/{id}/versions/{versionId}/restore', { path: { id: node.id, versionId } });
      say(t('versions.restored'));
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
  };
  const mayWrite = node.permissions.includes('write');
  return (
    <Dialog title={t('versions.title', { name: node.name })} onClose={onClose}>
      {versions.isPending && <Loading />}
      {versions.isError && <Problem error={versions.error} onRetry={() => void versions.refetch()} />}
      <ol className="file-versions">
        {items.map((version) => (
          <li key={version.versionId} className="file-version">
            <div className="file-version-about">
              <FileFace
                file={{ ...version, id: node.id, kind: 'file', modifiedAt: version.createdAt }}
                isHere
              />
              <div>
                <p>
                  <time dateTime={version.createdAt}>{formatMoment(version.createdAt)}</time>
                  {version.isCurrent && <span className="badge">{t('versions.current')}</span>}
                </p>
                <p className="small faint">
                  {formatBytes(version.sizeBytes)} · <ByWhom id={version.createdById} />
                </p>
              </div>
            </div>
            <div className="file-version-acts">
              <button
                type="button"
                className="link-button"
                aria-label={actOn('versions.show', version)}
                onClick={() => setShown(version)}
              >
                {t('versions.show')}
              </button>
              <a
                href={contentUrl(node.id, version.versionId)}
                download={version.name}
                aria-label={actOn('files.download', version)}
              >
                {t('files.download')}
              </a>
              {mayWrite && !version.isCurrent && (
                <button
                  type="button"
                  className="link-button"
                  aria-label={actOn('versions.restore', version)}
                  onClick={() => void restore(version)}
                >
                  {t('versions.restore')}
                </button>
              )}
            </div>
          </li>
        ))}
      </ol>
      <MoreButton query={versions} />
      {shown && <FileDialog file={{ ...shown, id: node.id }} onClose={() => setShown(undefined)} />}
    </Dialog>
  );
}

const actOn = (act: MessageKey, { createdAt }: FileVersion): string =>
  t('do.of', { act: t(act), thing: formatMoment(createdAt) });

function ByWhom({ id }: { id: string }) {
  const isOwn = useOwner().id === id;
  const user = useQuery({ ...userQuery(id), enabled: !isOwn });
  if (isOwn) return t('versions.you');
  return t('versions.by', { name: user.data ? nameOf(user.data) : '…' });
}
