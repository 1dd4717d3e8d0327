import { LRUCache } from 'lru-cache';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { write } from '../../ports/records/records.ts';
import { type AppPassword, createAppPasswordCache, touchAppPassword } from './app-password-cache.ts';
import { accountHint } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { createDigest } from './digest.ts';
import type { Authenticator } from './index.ts';
import { readSession } from './read-session.ts';
import { type SessionRow, sessions } from './tables.ts';
import { type ParsedToken, parseToken, secretMatches } from './tokens.ts';

const tokensCachedMax = 100_000;
/** How often the time a session was last used is written. */
export const touchEveryMs = 3_600_000;

interface KnownToken {
  principal: Principal;
  parsed: ParsedToken;
  /** When to write down that it was used. */
  touchAtMs: number;
}

export interface CachedAuthenticator extends Authenticator {
  /** Forgets a person's tokens: the next request is checked against the truth. */
  forget(userId: Id): void;
}

export const sessionCredential = (id: Id) => `session:${id}`;
export const appPasswordCredential = (id: Id) => `app-password:${id}`;

export function createAuthenticator(context: AccountsContext): CachedAuthenticator {
  const { records, clock, directory } = context;
  const tokensByUser = new Map<Id, Set<string>>();
  const known = new LRUCache<string, KnownToken>({
    max: tokensCachedMax,
    dispose: ({ parsed }, token) => {
      const tokens = tokensByUser.get(parsed.userId);
      if (tokens?.delete(token) && tokens.size === 0) tokensByUser.delete(parsed.userId);
    },
  });
  const appPasswords = createAppPasswordCache(records);
  /** Checks under way, by person: one that was begun before a change must not be remembered after it. */
  const checking = new Map<Id, { isOutdated: boolean; count: number }>();

  const principalOf = async (userId: Id, credentialId: string): Promise<Principal | undefined> => {
    const account = await directory.get(userId);
    if (account?.state !== 'active') return undefined;
    return Object.freeze({
      userId,
      isAdmin: account.isAdmin && credentialId.startsWith('session:'),
      credentialId,
    });
  };

  const checkSession = async (parsed: ParsedToken) => {
    const row = await readSession(context, parsed);
    if (!row) return undefined;
    const principal = await principalOf(parsed.userId, sessionCredential(parsed.id));
    return principal && { principal, touchAtMs: row.value.lastSeenAtMs + touchEveryMs };
  };

  const checkAppPassword = async ({ userId, id, secret }: ParsedToken) => {
    const found = (await appPasswords.of(userId)).find((each) => each.id === id);
    if (!found || !secretMatches(secret, found.secretHash)) return undefined;
    const principal = await principalOf(userId, appPasswordCredential(id));
    return principal && { principal, touchAtMs: (found.lastUsedAtMs ?? 0) + touchEveryMs };
  };

  const check = async (token: string, parsed: ParsedToken): Promise<Principal | undefined> => {
    const { userId } = parsed;
    const state = checking.get(userId) ?? { isOutdated: false, count: 0 };
    checking.set(userId, state);
    state.count++;
    try {
      const found = await (parsed.kind === 'ks' ? checkSession(parsed) : checkAppPassword(parsed));
      if (!found) return undefined;
      const { principal, touchAtMs } = found;
      const entry = { principal, parsed, touchAtMs };
      if (!state.isOutdated) {
        known.set(token, entry);
        const tokens = tokensByUser.get(userId) ?? new Set();
        tokensByUser.set(userId, tokens.add(token));
      }
      if (touchAtMs <= clock.nowMs()) touch(entry);
      return principal;
    } finally {
      if (--state.count === 0 && checking.get(userId) === state) checking.delete(userId);
    }
  };

  const touch = (entry: KnownToken) => {
    entry.touchAtMs = clock.nowMs() + touchEveryMs;
    const { kind, userId, id } = entry.parsed;
    context.background.add('writing down that a session was used', () =>
      kind === 'ks' ? touchSession(context, userId, id) : touchAppPassword(context, userId, id),
    );
  };

  const byAppPassword = async (username: string, right: (candidate: AppPassword) => boolean) => {
    const account = await directory.findByUsername(username.toLowerCase());
    if (!account) return undefined;
    const found = (await appPasswords.of(account.id)).find(right);
    if (!found) return undefined;
    if ((found.lastUsedAtMs ?? 0) + touchEveryMs <= clock.nowMs()) {
      found.lastUsedAtMs = clock.nowMs();
      context.background.add('writing down that an app password was used', () =>
        touchAppPassword(context, account.id, found.id),
      );
    }
    return principalOf(account.id, appPasswordCredential(found.id));
  };
  const digest = createDigest({ clock, secret: context.secret });

  return {
    byToken(token) {
      const found = known.get(token);
      if (found) {
        // Touched within the hour or checked anew: so an idle session is noticed as well.
        if (found.touchAtMs > clock.nowMs()) return found.principal;
        known.delete(token);
      }
      const parsed = parseToken(token);
      return parsed && parsed.kind !== 'kr' ? check(token, parsed) : undefined;
    },
    async byBasic({ authorization }) {
      const text = Buffer.from(authorization.slice(authorization.indexOf(' ') + 1), 'base64').toString();
      const colon = text.indexOf(':');
      const parsed = parseToken(text.slice(colon + 1));
      if (colon < 0 || parsed?.kind !== 'ka') return undefined;
      return byAppPassword(
        text.slice(0, colon),
        ({ id, secretHash }) => id === parsed.id && secretMatches(parsed.secret, secretHash),
      );
    },
    async byDigest(request) {
      const proof = digest.read(request);
      if (!proof) return undefined;
      const principal = await byAppPassword(proof.username, ({ ha1 }) => proof.isMadeWith(ha1));
      // Counted only once the rest is right, so that nobody else can use up a nonce.
      return principal && proof.useOnce() ? principal : undefined;
    },
    async hasAppPassword({ userId, credentialId }) {
      const known = await appPasswords.of(userId);
      if (!known.some(({ id }) => appPasswordCredential(id) === credentialId)) return false;
      return (await directory.get(userId))?.state === 'active';
    },
    challenge: (authorization) => digest.challenge(authorization),
    forget(userId) {
      const state = checking.get(userId);
      if (state) state.isOutdated = true;
      checking.delete(userId);
      for (const token of [...(tokensByUser.get(userId) ?? [])]) known.delete(token);
      appPasswords.forget(userId);
    },
  };
}

async function touchSession(context: AccountsContext, userId: Id, id: Id): Promise<void> {
  const { records, clock } = context;
  const row = await records.get(sessions, [userId, id]);
  if (!row) return;
  const value: SessionRow = { ...row.value, lastSeenAtMs: clock.nowMs() };
  // A conflict means that the session was used or ended elsewhere: either is as good.
  await records.commit({
    decide: [write.replace(sessions, [userId, id], value, row.version)],
    hints: [accountHint(userId, 'seen')],
  });
}
