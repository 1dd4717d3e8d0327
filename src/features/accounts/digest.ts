import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock/clock.ts';
import type { SignedRequest } from './index.ts';
import { equalText, sha256Hex } from './tokens.ts';

/** Part of what app passwords are hashed with: changing it makes Digest fail for those that exist. */
export const digestRealm = 'Kith';
export const digestHa1 = (username: string, secret: string) =>
  sha256Hex(`${username}:${digestRealm}:${secret}`);

const nonceLifeMs = 5 * 60_000;
const noncesMax = 10_000;
/** How far a request may arrive behind the newest one of its nonce: clients send several at once. */
const ncWindow = 64;
const parametersMax = 20;

/** What a client claims; to be compared with what its password would give. */
export interface DigestProof {
  username: string;
  isMadeWith(ha1: string): boolean;
  /** False where this very request was made before. */
  useOnce(): boolean;
}

/**
 * HTTP Digest (RFC 7616) with SHA-256 and qop=auth. Nonces carry their time and a mac, so any process that
 * knows the secret accepts them; which counts were used is remembered by each process on its own.
 */
export function createDigest({ clock, secret }: { clock: Clock; secret: string }) {
  const used = new LRUCache<string, { newest: number; seen: Set<number> }>({
    max: noncesMax,
    dispose: (_, nonce, reason) => {
      if (reason === 'evict') forgottenAtMs = Math.max(forgottenAtMs, nonceTimeMs(nonce) ?? 0);
    },
  });
  /** Nonces no newer than this may have been forgotten, as all from before this process: they are as good as stale. */
  let forgottenAtMs = clock.nowMs() - 1;

  const mac = (text: string) =>
    createHmac('sha256', secret).update(`digest-nonce ${text}`).digest('base64url').slice(0, 22);
  const mint = () => {
    const text = `${clock.nowMs().toString(36)}.${randomBytes(8).toString('base64url')}`;
    return `${text}.${mac(text)}`;
  };
  const nonceTimeMs = (nonce: string): number | undefined => {
    const end = nonce.lastIndexOf('.');
    if (end < 0 || !equalText(nonce.slice(end + 1), mac(nonce.slice(0, end)))) return undefined;
    return Number.parseInt(nonce.slice(0, nonce.indexOf('.')), 36);
  };
  const isFresh = (timeMs: number) => {
    const ageMs = clock.nowMs() - timeMs;
    return ageMs < nonceLifeMs && ageMs > -nonceLifeMs && timeMs > forgottenAtMs;
  };
  const useOnce = (nonce: string, nc: number): boolean => {
    const state = used.get(nonce) ?? { newest: 0, seen: new Set<number>() };
    if (state.seen.has(nc) || nc <= state.newest - ncWindow) return false;
    state.seen.add(nc);
    state.newest = Math.max(state.newest, nc);
    for (const each of state.seen) if (each <= state.newest - ncWindow) state.seen.delete(each);
    used.set(nonce, state);
    return true;
  };

  return {
    challenge(authorization: string | undefined): string {
      const nonce = authorization && parametersOf(authorization)?.get('nonce');
      const timeMs = nonce ? nonceTimeMs(nonce) : undefined;
      const stale = timeMs !== undefined && !isFresh(timeMs) ? ', stale=true' : '';
      return `Digest realm="${digestRealm}", qop="auth", algorithm=SHA-256, nonce="${mint()}"${stale}, charset=UTF-8`;
    },
    read({ authorization, method, url }: SignedRequest): DigestProof | undefined {
      const sent = parametersOf(authorization);
      if (!sent) return undefined;
      const [username, realm, nonce, uri, cnonce, nc, response] = (
        ['username', 'realm', 'nonce', 'uri', 'cnonce', 'nc', 'response'] as const
      ).map((name) => sent.get(name) ?? '') as [string, string, string, string, string, string, string];
      const timeMs = nonceTimeMs(nonce);
      const isOurs =
        realm === digestRealm &&
        sent.get('qop') === 'auth' &&
        (sent.get('algorithm') ?? '').toUpperCase() === 'SHA-256' &&
        cnonce !== '' &&
        /^[0-9a-f]{8}$/i.test(nc) &&
        targetOf(uri) === url;
      if (!isOurs || timeMs === undefined || !isFresh(timeMs)) return undefined;
      const ha2 = sha256Hex(`${method}:${uri}`);
      return {
        username,
        isMadeWith: (ha1) =>
          equalText(response.toLowerCase(), sha256Hex(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`)),
        useOnce: () => useOnce(nonce, Number.parseInt(nc, 16)),
      };
    },
  };
}

/** Path and query: some clients name the whole address. */
function targetOf(uri: string): string {
  return /^https?:\/\//i.test(uri) ? uri.replace(/^https?:\/\/[^/]*/i, '') : uri;
}

/** Names in lower case; undefined where the text is not a Digest credential. */
function parametersOf(authorization: string): Map<string, string> | undefined {
  if (!/^digest /i.test(authorization)) return undefined;
  const found = new Map<string, string>();
  const pattern = /\s*([a-z*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)/giy;
  pattern.lastIndex = 'digest '.length;
  for (let match = pattern.exec(authorization); match; match = pattern.exec(authorization)) {
    const name = match[1]!.toLowerCase();
    if (found.has(name) || found.size >= parametersMax) return undefined;
    found.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3]!);
    if (pattern.lastIndex >= authorization.length) return found;
  }
  return undefined;
}
