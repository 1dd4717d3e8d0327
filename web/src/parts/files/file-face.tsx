import { canBePictured, iconOf } from './file-kinds.ts';
import type { ListedFile } from './file-list.tsx';
import { previewUrl } from './file-queries.ts';
import { usePreview } from './use-preview.ts';

interface FileFaceProps {
  file: ListedFile;
  /** Its bytes can be asked for by its id. */
  isHere: boolean;
}

/** A small picture of what is in it, or of its kind. */
export function FileFace({ file, isHere }: FileFaceProps) {
  const { id, versionId, kind, name } = file;
  return (
    <span className="file-face">
      {isHere && versionId && canBePictured({ kind, name }) ? (
        <Pictured key={versionId} file={file} url={previewUrl(id, versionId, 'small')} />
      ) : (
        <Icon file={file} />
      )}
    </span>
  );
}

function Pictured({ file, url }: { file: ListedFile; url: string }) {
  const { state, onLoad, onError } = usePreview(url);
  return (
    <>
      {state !== 'there' && <Icon file={file} />}
      {(state === 'asking' || state === 'there') && (
        <img
          className={state === 'there' ? 'file-thumb' : 'file-thumb is-coming'}
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onLoad={onLoad}
          onError={onError}
        />
      )}
    </>
  );
}

function Icon({ file }: { file: ListedFile }) {
  const Shape = iconOf(file);
  return (
    <Shape
      size={24}
      strokeWidth={1.75}
      aria-hidden="true"
      className={file.kind === 'folder' ? 'file-icon is-folder' : 'file-icon'}
    />
  );
}
