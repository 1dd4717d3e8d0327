import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Id, isId } from '../../lib/ids.ts';

/**
 * Secrets handed out: `<kind>_<user id><row id><secret>`. The ids lead to the row, in the partition of its
 * owner; the secret is 256 random bits of which only the SHA-256 is kept.
 */
export type TokenKind = 'ks' | 'ka' | 'kr';

const idLength = 11;
const secretLength = 43;
export const tokenLength = 3 + idLength + idLength + secretLength;

export const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');

export function mintToken(kind: TokenKind, userId: Id, id: Id): { token: string; secretHash: string } {
  const secret = randomBytes(32).toString('base64url');
  return { token: `${kind}_${userId}${id}${secret}`, secretHash: sha256Hex(secret) };
}

export interface ParsedToken {
  kind: TokenKind;
  userId: Id;
  id: Id;
  secret: string;
}

export function parseToken(token: string): ParsedToken | undefined {
  if (token.length !== tokenLength || token[2] !== '_') return undefined;
  const kind = token.slice(0, 2);
  const userId = token.slice(3, 3 + idLength);
  const id = token.slice(3 + idLength, 3 + 2 * idLength);
  if ((kind !== 'ks' && kind !== 'ka' && kind !== 'kr') || !isId(userId) || !isId(id)) return undefined;
  return { kind, userId, id, secret: token.slice(3 + 2 * idLength) };
}

export function secretMatches(secret: string, secretHash: string): boolean {
  return equalText(sha256Hex(secret), secretHash);
}

/** In a time that depends on the lengths only. */
export function equalText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
