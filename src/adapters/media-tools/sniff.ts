import { open } from 'node:fs/promises';
import { type MediaKind, MediaToolsError } from '../../ports/media-tools/media-tools.ts';

/** The types that are taken. Whatever is read later is read as this type and no other. */
const kinds = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'image/gif': 'image',
  'image/webp': 'image',
  'image/avif': 'image',
  'image/heic': 'image',
  'image/tiff': 'image',
  'video/mp4': 'video',
  'video/quicktime': 'video',
  'video/webm': 'video',
  'video/x-matroska': 'video',
  'video/x-msvideo': 'video',
  'video/mp2t': 'video',
  'video/mpeg': 'video',
} as const satisfies Record<string, MediaKind>;

export type MediaType = keyof typeof kinds;
export interface Sniffed {
  kind: MediaKind;
  type: MediaType;
}

const headBytes = 4096;

/** What a file is by its first bytes; its name and what its uploader said do not count. */
export async function sniffFile(file: string): Promise<Sniffed> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    if (bytesRead === 0) throw new MediaToolsError('damaged', 'the file is empty');
    const type = typeOf(buffer.subarray(0, bytesRead));
    if (!type) throw new MediaToolsError('unsupported', 'the first bytes are of no known image or video');
    return { kind: kinds[type], type };
  } finally {
    await handle.close();
  }
}

const signatures: readonly [hex: string, type: MediaType][] = [
  ['ffd8ff', 'image/jpeg'],
  ['89504e470d0a1a0a', 'image/png'],
  ['474946383761', 'image/gif'],
  ['474946383961', 'image/gif'],
  ['49492a00', 'image/tiff'],
  ['4d4d002a', 'image/tiff'],
  ['000001ba', 'video/mpeg'],
  ['000001b3', 'video/mpeg'],
];

export function typeOf(head: Buffer): MediaType | undefined {
  const hex = head.subarray(0, 8).toString('hex');
  const plain = signatures.find(([start]) => hex.startsWith(start));
  if (plain) return plain[1];
  const word = (at: number) => head.toString('latin1', at, at + 4);
  if (word(0) === 'RIFF' && word(8) === 'WEBP') return 'image/webp';
  if (word(0) === 'RIFF' && word(8) === 'AVI ') return 'video/x-msvideo';
  if (hex.startsWith('1a45dfa3')) return head.includes('webm') ? 'video/webm' : 'video/x-matroska';
  if (word(4) === 'ftyp') return typeOfBrands(head);
  // QuickTime files from before brands begin with any of these boxes.
  if (['moov', 'mdat', 'wide', 'free', 'skip'].includes(word(4))) return 'video/quicktime';
  if ([0, 188, 376].every((at) => head[at] === 0x47)) return 'video/mp2t';
  return undefined;
}

function typeOfBrands(head: Buffer): MediaType {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [head.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  const has = (...wanted: string[]) => brands.some((brand) => wanted.includes(brand));
  if (has('avif', 'avis')) return 'image/avif';
  if (has('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1')) return 'image/heic';
  return brands[0] === 'qt  ' ? 'video/quicktime' : 'video/mp4';
}
