import { randomInt } from 'node:crypto';

const noncesEnd = 2 ** 48 - 1;

/** A number that nobody has had before and nobody will guess; exact as a double and as decimal text, never 0. */
export const nonce = (): number => randomInt(1, noncesEnd);
