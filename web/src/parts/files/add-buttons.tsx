import { FolderPlus, FolderUp, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { t } from '../../i18n/translate.ts';
import { Menu } from '../menu.tsx';
import { type Gathered, gatherChosen } from './gather-files.ts';
import { NameDialog } from './name-dialog.tsx';
import { makeFolder } from './uploads.ts';

interface AddButtonsProps {
  folder: FileNode;
  onFiles: (gathered: Gathered) => void;
}

export function AddButtons({ folder, onFiles }: AddButtonsProps) {
  const files = useRef<HTMLInputElement>(null);
  const tree = useRef<HTMLInputElement>(null);
  const [isNaming, setIsNaming] = useState(false);
  const take = ({ target }: { target: HTMLInputElement }) => {
    if (target.files) onFiles(gatherChosen(target.files));
    target.value = '';
  };
  return (
    <>
      <button type="button" className="button primary" onClick={() => files.current?.click()}>
        <Upload size={20} strokeWidth={1.75} aria-hidden="true" />
        {t('files.upload')}
      </button>
      <Menu
        label={t('files.add')}
        items={[
          { icon: FolderPlus, words: t('files.newFolder'), act: () => setIsNaming(true) },
          { icon: FolderUp, words: t('files.uploadFolder'), act: () => tree.current?.click() },
        ]}
      />
      <input ref={files} type="file" multiple hidden aria-label={t('files.upload')} onChange={take} />
      <input
        ref={tree}
        type="file"
        // @ts-expect-error React does not know it; every browser does.
        webkitdirectory=""
        hidden
        aria-label={t('files.uploadFolder')}
        onChange={take}
      />
      {isNaming && (
        <NameDialog
          title={t('files.newFolder')}
          act={t('files.make')}
          onName={async (name) => {
            await makeFolder(folder.id, name);
          }}
          onClose={() => setIsNaming(false)}
        />
      )}
    </>
  );
}
