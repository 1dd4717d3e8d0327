import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const characters = 26;

/** 130 random bits, which nobody guesses, in letters that any store and address take. */
export const randomName = (): string =>
  Array.from(randomBytes(characters), (byte) => alphabet[byte & 31]).join('');
