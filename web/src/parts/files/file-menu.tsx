import {
  CircleUser,
  Download,
  FilePlus,
  FolderInput,
  History,
  LogOut,
  Pencil,
  Share2,
  SquarePen,
  Trash2,
} from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { useOwner } from '../../state/session.ts';
import { Menu, type MenuItem } from '../menu.tsx';
import { leaveShared, putIntoTrash } from './file-acts.ts';
import { canBePictured, previewKindOf } from './file-kinds.ts';
import { contentUrl } from './file-queries.ts';
import { MoveDialog } from './move-dialog.tsx';
import { NameDialog } from './name-dialog.tsx';
import { postFile, setPicture } from './post-file.ts';
import { addVersion } from './uploads.ts';
import { VersionsDialog } from './versions-dialog.tsx';

const ShareDialog = lazy(() => import('./share-dialog.tsx').then((m) => ({ default: m.ShareDialog })));

type Open = 'rename' | 'move' | 'versions' | 'share';

/** What can be done with a file or folder: only what this person may. */
export function FileMenu({ node }: { node: FileNode }) {
  const me = useOwner();
  const [open, setOpen] = useState<Open | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const { name, permissions, parentId } = node;
  const isFile = node.kind === 'file';
  const mayWrite = permissions.includes('write');
  // Where something is shared by itself, it stays its owner's to name, move and delete.
  const isInside = parentId !== null;
  const isSharedTop = !isInside && node.ownerId !== me.id;
  const items: MenuItem[] = [
    {
      icon: Download,
      words: t(isFile ? 'files.download' : 'files.downloadZip'),
      act: () => download(node),
    },
  ];
  if (permissions.includes('share'))
    items.push({ icon: Share2, words: t('files.share'), act: () => setOpen('share') });
  if (canBePictured(node))
    items.push({ icon: SquarePen, words: t('files.post'), act: () => void postFile(node) });
  if (isFile && previewKindOf(name) === 'image')
    items.push({ icon: CircleUser, words: t('files.asPicture'), act: () => void setPicture(node) });
  if (isFile) items.push({ icon: History, words: t('files.versions'), act: () => setOpen('versions') });
  if (mayWrite && isInside) {
    if (isFile)
      items.push({ icon: FilePlus, words: t('files.newVersion'), act: () => picker.current?.click() });
    items.push(
      { icon: Pencil, words: t('files.rename'), act: () => setOpen('rename') },
      { icon: FolderInput, words: t('files.move'), act: () => setOpen('move') },
      { icon: Trash2, words: t('files.delete'), isLoss: true, act: () => void putIntoTrash(node) },
    );
  }
  if (isSharedTop)
    items.push({ icon: LogOut, words: t('files.leave'), isLoss: true, act: () => void leaveShared(node) });
  const close = () => setOpen(null);
  const rename = async (to: string) => {
    await api.patch('/v1/files/{id}', { path: { id: node.id }, body: { name: to } });
    refreshFiles();
  };
  return (
    <>
      <Menu label={t('files.menu', { name })} items={items} />
      {isFile && mayWrite && isInside && (
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={t('files.newVersion')}
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file) addVersion(file, node);
            target.value = '';
          }}
        />
      )}
      {open === 'rename' && (
        <NameDialog
          title={t('files.rename')}
          act={t('do.save')}
          name={name}
          onName={rename}
          onClose={close}
        />
      )}
      {open === 'move' && <MoveDialog node={node} onClose={close} />}
      {open === 'versions' && <VersionsDialog node={node} onClose={close} />}
      <Suspense>{open === 'share' && <ShareDialog node={node} onClose={close} />}</Suspense>
    </>
  );
}

function download({ id, name }: FileNode): void {
  const link = document.createElement('a');
  link.href = contentUrl(id);
  link.download = name;
  link.click();
}
