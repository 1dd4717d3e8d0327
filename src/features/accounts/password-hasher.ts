import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../lib/refusal.ts';

/** Slow on purpose, so bounded: beyond the queue the caller is told to come back. */
export interface PasswordHasher {
  /** A PHC string with a salt of its own. */
  hash(password: string): Promise<string>;
  /** Costs the same where `phc` is undefined, and is then false. */
  verify(phc: string | undefined, password: string): Promise<boolean>;
}

export interface PasswordHasherOptions {
  /** Hashes at a time; each holds 19 MiB and a thread of the pool. */
  concurrencyMax?: number;
  /** Hashes waiting beyond those. */
  queueMax?: number;
  /** Replaces argon2id in tests. */
  derive?: (password: Buffer, salt: Buffer) => Promise<Buffer>;
}

// OWASP's second recommendation: 19 MiB, two passes, one lane.
const memoryKiB = 19_456;
const passes = 2;
const saltBytes = 16;
const tagBytes = 32;
const prefix = `$argon2id$v=19$m=${memoryKiB},t=${passes},p=1$`;
const retryAfterSeconds = 5;

const argon2id = (message: Buffer, nonce: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    argon2(
      'argon2id',
      { message, nonce, parallelism: 1, tagLength: tagBytes, memory: memoryKiB, passes },
      (error, tag) => (error ? reject(error) : resolve(tag)),
    ),
  );

const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

export function createPasswordHasher({
  concurrencyMax = 2,
  queueMax = 100,
  derive = argon2id,
}: PasswordHasherOptions = {}): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];

  const bounded = async (password: string, salt: Buffer): Promise<Buffer> => {
    if (running >= concurrencyMax) {
      if (waiting.length >= queueMax) {
        throw new Refusal(
          'unavailable',
          'Too many people are logging in at once. Please try again shortly.',
          {
            retryAfterSeconds,
          },
        );
      }
      // The one who leaves hands its place over, so `running` does not change.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await derive(Buffer.from(password.normalize('NFC')), salt);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };

  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      return `${prefix}${encode(salt)}$${encode(await bounded(password, salt))}`;
    },
    async verify(phc, password) {
      const [salt, tag] = phc?.startsWith(prefix) ? phc.slice(prefix.length).split('$') : [];
      const found = await bounded(password, salt ? Buffer.from(salt, 'base64') : Buffer.alloc(saltBytes));
      if (!tag) return false;
      const expected = Buffer.from(tag, 'base64');
      return expected.length === found.length && timingSafeEqual(expected, found);
    },
  };
}
