import type { FileNode } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { ChooseFolder, folderName } from './choose-folder.tsx';

export function MoveDialog({ node, onClose }: { node: FileNode; onClose: () => void }) {
  const move = async (folder: FileNode) => {
    try {
      await api.patch('/v1/files/{id}', { path: { id: node.id }, body: { parentId: folder.id } });
      say(t('files.moved', { name: node.name, folder: folderName(folder) }));
      onClose();
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
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
