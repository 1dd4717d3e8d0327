import { createECDH, createPrivateKey, hkdfSync, type KeyObject, sign } from 'node:crypto';

/** Who sends, as push services want to know it (RFC 8292). */
export interface VapidKeys {
  /** The uncompressed point, base64url. */
  publicKey: string;
  privateKey: KeyObject;
}

/**
 * The installation's key pair, made from its secret: the same at every start and in every process, with nothing more to
 * keep or to lose. Another secret ends all subscriptions.
 */
export function vapidKeys(secret: string): VapidKeys {
  const pair = createECDH('prime256v1');
  // One in four thousand million numbers of that size is no private key.
  for (let attempt = 0; ; attempt++) {
    const number = hkdfSync('sha256', secret, '', `kith web push key: ${attempt}`, 32);
    try {
      pair.setPrivateKey(Buffer.from(number));
      break;
    } catch (error) {
      if (attempt > 10) throw error;
    }
  }
  const point = pair.getPublicKey();
  const part = (bytes: Buffer) => bytes.toString('base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: part(point.subarray(1, 33)),
    y: part(point.subarray(33)),
    d: part(leftPadded(pair.getPrivateKey())),
  };
  return { publicKey: part(point), privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

const leftPadded = (bytes: Buffer): Buffer => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]);

const head = Buffer.from(JSON.stringify({ typ: 'JWT', alg: 'ES256' })).toString('base64url');

/** The Authorization header for one push service. */
export function vapidHeader(
  { publicKey, privateKey }: VapidKeys,
  { origin, subject, expiresAtMs }: { origin: string; subject: string; expiresAtMs: number },
): string {
  const claims = { aud: origin, exp: Math.floor(expiresAtMs / 1000), sub: subject };
  const text = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `vapid t=${text}.${signature.toString('base64url')}, k=${publicKey}`;
}
