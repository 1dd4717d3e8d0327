/**
 * Requests that carry their own permission: whoever has the address may do that one thing until it expires. Signed
 * with HMAC-SHA-256 over everything that matters, so that nothing of it can be changed. A pure function of its input.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export interface SignedRequest {
  method: 'GET' | 'PUT';
  /** Without the query. */
  path: string;
  /** Of a body: exactly this size and type. */
  sizeBytes?: number | undefined;
  type?: string | undefined;
  expiresAtMs: number;
}

/** What stands in the query, under the names below. */
export interface Signature {
  expires: string;
  signature: string;
}

export const signatureNames = { expires: 'x-kith-expires', signature: 'x-kith-signature' } as const;

/** A key of its own for one purpose, so that what is signed for one is nothing for another. */
export const signingKey = (secret: string, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', `kith signed requests: ${purpose}`, 32));

export function signRequest(key: Uint8Array, request: SignedRequest): Signature {
  return { expires: String(request.expiresAtMs), signature: macOf(key, request).toString('base64url') };
}

/** The query's text: `x-kith-expires=…&x-kith-signature=…`. */
export const signatureQuery = ({ expires, signature }: Signature): string =>
  `${signatureNames.expires}=${expires}&${signatureNames.signature}=${signature}`;

/**
 * `invalid`: not signed by this key for just this request. `expired`: it was, and is over. The time of the comparison
 * says nothing about the right signature.
 */
export function verifyRequest(
  key: Uint8Array,
  { expires, signature }: Partial<Signature>,
  request: Omit<SignedRequest, 'expiresAtMs'>,
  nowMs: number,
): 'valid' | 'invalid' | 'expired' {
  if (!expires || !signature || !/^\d{1,15}$/.test(expires)) return 'invalid';
  const expiresAtMs = Number(expires);
  if (String(expiresAtMs) !== expires) return 'invalid';
  const wanted = macOf(key, { ...request, expiresAtMs });
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'invalid';
  return nowMs < expiresAtMs ? 'valid' : 'expired';
}

/** One field a line, none of which can hold a line break unescaped. */
function macOf(key: Uint8Array, { method, path, sizeBytes, type, expiresAtMs }: SignedRequest): Buffer {
  const fields = [method, path, sizeBytes ?? null, type ?? null, expiresAtMs];
  return createHmac('sha256', key)
    .update(fields.map((field) => JSON.stringify(field)).join('\n'))
    .digest();
}
