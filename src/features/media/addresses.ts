/**
 * Where media are fetched from:
 *
 *     /media/{name}/{run}/{file}                       what anybody may see
 *     /media/{name}/{run}/{expires}-{signature}/{file} what only some may: good for all files of that run until then
 *     /media/{name}/auto                               the file that fits whoever asks
 *
 * The signature stands before the file, so that the bare names in a playlist lead to files signed with it.
 */
import { signRequest, verifyRequest } from '../../lib/signed-requests.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Media } from './media.ts';

/** Signed addresses are good for one to two of these: the same ones for so long, so that browsers keep what they have. */
export const signedForMs = 3_600_000;

export interface Addresses {
  /** The path of a file, for whoever may see the medium now. */
  pathOf(medium: Pick<Media, 'name'>, run: string, file: string, options: { isPublic: boolean }): string;
  isValid(name: string, run: string, token: string): boolean;
}

const tokenPattern = /^(\d{1,15})-([\w-]{43})$/;
const signedPath = (name: string, run: string) => `/media/${name}/${run}/`;

export function createAddresses({ key, clock }: { key: Uint8Array; clock: Pick<Clock, 'nowMs'> }): Addresses {
  return {
    pathOf({ name }, run, file, { isPublic }) {
      const path = signedPath(name, run);
      if (isPublic) return path + file;
      const expiresAtMs = (Math.floor(clock.nowMs() / signedForMs) + 2) * signedForMs;
      const { expires, signature } = signRequest(key, { method: 'GET', path, expiresAtMs });
      return `${path}${expires}-${signature}/${file}`;
    },
    isValid(name, run, token) {
      const [, expires, signature] = tokenPattern.exec(token) ?? [];
      if (!expires || !signature) return false;
      const request = { method: 'GET' as const, path: signedPath(name, run) };
      return verifyRequest(key, { expires, signature }, request, clock.nowMs()) === 'valid';
    },
  };
}
