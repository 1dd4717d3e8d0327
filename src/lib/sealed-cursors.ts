import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalid } from './refusal.ts';

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
/** Positions of any length up to this look alike. */
const padBytes = 128;
const cursorCharactersMax = 1024;

/**
 * A cursor whose position nobody else can read: for lists in which the last key examined may belong to something that
 * the reader may not know of. `about` is what the list is of; a cursor is good for nothing else.
 */
export function sealCursor(key: Uint8Array, about: string, position: string): string {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, key, iv).setAAD(Buffer.from(about));
  const bytes = Buffer.from(JSON.stringify(position));
  const padded = Buffer.alloc(Math.ceil(bytes.length / padBytes) * padBytes, ' ');
  bytes.copy(padded);
  return Buffer.concat([iv, sealing.update(padded), sealing.final(), sealing.getAuthTag()]).toString(
    'base64url',
  );
}

/** The position, or undefined where no cursor was given. Throws `invalid` for anything `sealCursor` did not make of it. */
export function openCursor(key: Uint8Array, about: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    if (cursor.length > cursorCharactersMax) throw new Error('too long');
    const bytes = Buffer.from(cursor, 'base64url');
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(-tagBytes));
    const position = Buffer.concat([opening.update(bytes.subarray(ivBytes, -tagBytes)), opening.final()]);
    return JSON.parse(position.toString()) as string;
  } catch {
    throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
  }
}
