import type { Contents } from '../contents/index.ts';
import type { FilesFeature } from '../files/index.ts';
import type { MediaFeature } from '../media/index.ts';

export interface FileMediaDeps {
  files: Pick<FilesFeature, 'readable' | 'checkWrite' | 'write'>;
  contents: Pick<Contents, 'open' | 'store'>;
  media: Pick<MediaFeature, 'takeOriginal' | 'openOriginal'>;
}
