import { Download } from 'lucide-react';
import { formatBytes, formatMoment, t } from '../../i18n/translate.ts';
import { Dialog } from '../dialog.tsx';
import { contentUrl } from './file-queries.ts';
import { Preview } from './preview.tsx';

interface FileDialogProps {
  file: {
    id: string;
    name: string;
    sizeBytes: number;
    versionId: string | null;
    modifiedAt: string;
    /** Of one as it was: where its bytes are. */
    pastUrl?: string;
  };
  onClose: () => void;
}

/** One file, or one version of it, with what can be seen of it. */
export function FileDialog({ file, onClose }: FileDialogProps) {
  return (
    <Dialog
      title={file.name}
      isTall
      onClose={onClose}
      footer={
        <>
          <span className="small faint">
            {formatBytes(file.sizeBytes)} · {formatMoment(file.modifiedAt)}
          </span>
          <a
            className="button primary"
            href={file.pastUrl ?? contentUrl(file.id, file.versionId)}
            download={file.name}
          >
            <Download size={20} strokeWidth={1.75} aria-hidden="true" />
            {t('files.download')}
          </a>
        </>
      }
    >
      <Preview {...file} />
    </Dialog>
  );
}
