import { useState } from 'react';
import type { FileNode, Media } from '../../../../sdk/schema.ts';
import { api, freshKey } from '../../api/client.ts';
import { t } from '../../i18n/translate.ts';
import { useOwner } from '../../state/session.ts';
import { ChooseFolder, folderName } from './choose-folder.tsx';

/** Keeps the photos and videos of one's own post as files, as they were uploaded. */
export function SaveMedia({ media, onClose }: { media: readonly Media[]; onClose: () => void }) {
  const me = useOwner();
  const [keys] = useState(() => new Map<string, string>());
  const save = async (folder: FileNode) => {
    for (const { id } of media) {
      const body = { mediaId: id, parentId: folder.id };
      // Where it broke off and is begun again, what is there already is not made twice.
      const idempotencyKey = keys.get(id + folder.id) ?? freshKey();
      keys.set(id + folder.id, idempotencyKey);
      await api.post('/v1/files', { body, idempotencyKey });
    }
    return t('media.saved', { count: media.length, folder: folderName(folder) });
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
