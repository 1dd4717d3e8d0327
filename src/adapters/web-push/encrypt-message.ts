import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { type PushTarget, pushTextBytesMax } from '../../ports/push/push.ts';

const curve = 'prime256v1';
const recordBytes = 4096;
const lastRecord = 2;

export interface EncryptionInput {
  salt?: Uint8Array;
  /** Of the key that is made for this message alone. */
  privateKey?: Uint8Array;
}

/**
 * A message that only the browser behind the target can read: RFC 8291, one record of the content coding `aes128gcm`
 * (RFC 8188). Throws where the target's key is none.
 */
export function encryptMessage(
  text: string,
  { p256dh, auth }: Pick<PushTarget, 'p256dh' | 'auth'>,
  { salt = randomBytes(16), privateKey }: EncryptionInput = {},
): Buffer {
  const plain = Buffer.from(text);
  if (plain.length > pushTextBytesMax) throw new RangeError(`${plain.length} bytes are too many to push`);
  const own = createECDH(curve);
  if (privateKey) own.setPrivateKey(privateKey);
  else own.generateKeys();
  const theirs = Buffer.from(p256dh, 'base64url');
  const shared = own.computeSecret(theirs);
  const ownPublic = own.getPublicKey();
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ownPublic]);
  const key = derive(shared, Buffer.from(auth, 'base64url'), about, 32);
  const contentKey = derive(key, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(key, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce);
  const head = Buffer.alloc(21);
  head.set(salt, 0);
  head.writeUInt32BE(recordBytes, 16);
  head.writeUInt8(ownPublic.length, 20);
  return Buffer.concat([
    head,
    ownPublic,
    cipher.update(plain),
    cipher.update(Buffer.of(lastRecord)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

const derive = (key: Uint8Array, salt: Uint8Array, about: Uint8Array, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, about, bytes));
