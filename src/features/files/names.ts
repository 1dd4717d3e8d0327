import { invalid } from '../../lib/refusal.ts';

export { nameKeyOf } from '../../lib/name-key.ts';

export const nameBytesMax = 255;
/** Folders above a node, the drive's root included. */
export const depthMax = 64;
export const pathBytesMax = 4096;

// What no name holds on Windows, macOS or Linux; C0 and C1 controls; line separators; code points that turn the text
// around or are not seen, so that one name cannot look like another or like another kind of file.
const forbiddenCharacters =
  /[/\\:*?"<>|\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/;
/** Windows opens a device under these, whatever follows the first dot. */
const deviceNames = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])[ .]*(\.|$)/i;
/** More marks on one letter than any script has: normalising takes time with the square of such a run. */
const pileOfMarks = /(?<!\p{M})\p{M}{51}/u;

/** A name as it is kept: NFC, case as given. Refuses by field what some system could not hold. */
export function cleanName(name: string, field = 'name'): string {
  if (!name.isWellFormed()) throw invalid(field, 'This name holds a broken character.');
  // A name longer than this cannot become short enough.
  if (name.length > nameBytesMax * 4 || pileOfMarks.test(name)) throw invalid(field, tooLong);
  const cleaned = name.normalize('NFC');
  if (cleaned.length === 0) throw invalid(field, 'A name must not be empty.');
  if (Buffer.byteLength(cleaned) > nameBytesMax) throw invalid(field, tooLong);
  if (cleaned === '.' || cleaned === '..') throw invalid(field, 'This is no name but a direction.');
  if (forbiddenCharacters.test(cleaned)) {
    throw invalid(field, 'A name cannot hold / \\ : * ? " < > | or characters that are not seen.');
  }
  if (/^\s|[\s.]$/u.test(cleaned)) {
    throw invalid(field, 'A name cannot begin with a space, or end with a space or a dot.');
  }
  if (deviceNames.test(cleaned)) throw invalid(field, 'Windows keeps this name for a device.');
  return cleaned;
}

const tooLong = `A name has at most ${nameBytesMax} bytes of UTF-8.`;

/** A name that is taken over from elsewhere, made one that can be kept. */
export function nameLike(text: string): string {
  const tamed = text
    .toWellFormed()
    .normalize('NFC')
    .replace(new RegExp(forbiddenCharacters, 'g'), '_')
    .replace(/^\s+|[\s.]+$/gu, '');
  try {
    return cleanName(tamed);
  } catch {
    return fallbackName;
  }
}
const fallbackName = 'file';

/** The names on a path from a folder; `/`, empty and a slash at the end name the folder itself. */
export function splitPath(path: string, field = 'path'): string[] {
  if (!path.isWellFormed()) throw invalid(field, 'This path holds a broken character.');
  if (Buffer.byteLength(path) > pathBytesMax) {
    throw invalid(field, `A path has at most ${pathBytesMax} bytes of UTF-8.`);
  }
  const inner = path.replace(/^\//, '').replace(/\/$/, '');
  if (inner === '') return [];
  const names = inner.split('/').map((name) => cleanName(name, field));
  if (names.length >= depthMax) throw invalid(field, `Folders lie at most ${depthMax} deep.`);
  return names;
}

/** A name like another one that is taken: `notes (2).txt`. */
export function numberedName(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const mark = ` (${number})`;
  let kept = stem;
  while (Buffer.byteLength(kept + mark + ending) > nameBytesMax && kept.length > 0) {
    kept = [...kept].slice(0, -1).join('').trimEnd();
  }
  return kept.length > 0 ? kept + mark + ending : `${mark.trimStart()}`;
}
