import type { FileNode, Media } from '../../../../sdk/schema.ts';
import { api, freshKey } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { useOwner } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { ChooseFolder, folderName } from './choose-folder.tsx';

/** Keeps the photos and videos of one's own post as files, as they were uploaded. */
export function SaveMedia({ media, onClose }: { media: readonly Media[]; onClose: () => void }) {
  const me = useOwner();
  const save = async (folder: FileNode) => {
    try {
      for (const { id } of media) {
        const body = { mediaId: id, parentId: folder.id };
        await api.post('/v1/files', { body, idempotencyKey: freshKey() });
      }
      say(t('media.saved', { count: media.length, folder: folderName(folder) }));
      onClose();
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
  };
  return (
    <ChooseFolder
      title={t('media.save')}
      startId={me.id}
      act={(folder) => t('media.saveHere', { folder })}
      onChoose={save}
      onClose={onClose}
    />
  );
}
