import {
  File,
  FileArchive,
  FileAudio,
  FileImage,
  FileSpreadsheet,
  FileText,
  FileVideo,
  Folder,
  type LucideIcon,
} from 'lucide-react';

export type PreviewKind = 'image' | 'video' | 'audio' | 'text' | 'pdf';

const previews: Readonly<Record<PreviewKind, string>> = {
  image: 'avif gif jpeg jpg png webp heic heif tif tiff',
  video: 'mp4 webm mov m4v mkv avi 3gp mpg mpeg',
  audio: 'flac m4a mp3 ogg wav',
  text: 'txt md csv json log xml yaml yml toml ini js ts tsx css html py sh c h cpp rs go java kt rb sql tex srt vtt',
  pdf: 'pdf',
};
const kindOf = new Map(
  Object.entries(previews).flatMap(([kind, ends]) =>
    ends.split(' ').map((end) => [end, kind as PreviewKind] as const),
  ),
);
const icons: Readonly<Record<PreviewKind, LucideIcon>> = {
  image: FileImage,
  video: FileVideo,
  audio: FileAudio,
  text: FileText,
  pdf: FileText,
};
const otherIcons: Readonly<Record<string, LucideIcon>> = {
  zip: FileArchive,
  gz: FileArchive,
  tar: FileArchive,
  '7z': FileArchive,
  csv: FileSpreadsheet,
  xlsx: FileSpreadsheet,
  ods: FileSpreadsheet,
  docx: FileText,
  odt: FileText,
};

const endOf = (name: string) => name.slice(name.lastIndexOf('.') + 1).toLowerCase();

export const previewKindOf = (name: string): PreviewKind | undefined => kindOf.get(endOf(name));

/** Pictures that not every browser shows by itself. */
const foreign = new Set(['heic', 'heif', 'tif', 'tiff']);
export const isShownByBrowsers = (name: string): boolean => !foreign.has(endOf(name));

/** The server makes small pictures of these. */
export const canBePictured = ({ kind, name }: { kind: 'file' | 'folder'; name: string }): boolean =>
  kind === 'file' && ['image', 'video'].includes(previewKindOf(name) ?? '');

export function iconOf({ kind, name }: { kind: 'file' | 'folder'; name: string }): LucideIcon {
  if (kind === 'folder') return Folder;
  const preview = previewKindOf(name);
  return otherIcons[endOf(name)] ?? (preview ? icons[preview] : File);
}
