import type { FileNode } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { t } from '../../i18n/translate.ts';
import { ChooseFolder, folderName } from './choose-folder.tsx';

export function MoveDialog({ node, onClose }: { node: FileNode; onClose: () => void }) {
  const move = async (folder: FileNode) => {
    await api.patch('/v1/files/{id}', { path: { id: node.id }, body: { parentId: folder.id } });
    return t('files.moved', { name: node.name, folder: folderName(folder) });
  };
  return (
    <ChooseFolder
      title={t('files.moveTitle', { name: node.name })}
      startId={node.parentId!}
      act={(folder) => t('files.moveHere', { folder })}
      mayChoose={({ id }) => id !== node.parentId}
      withoutId={node.id}
      onChoose={move}
      onClose={onClose}
    />
  );
}
