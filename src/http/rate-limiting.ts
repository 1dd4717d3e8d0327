/**
 * Budgets per person, or per address where nobody is logged in. They are sized for people and their devices:
 * no one who uses Kith meets them, and a runaway script or a guesser of passwords does.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../lib/refusal.ts';
import type { Budget, RateLimits, Verdict } from '../ports/rate-limits/rate-limits.ts';
import type { RouteConfig } from './route.ts';

export type LimitName = Exclude<NonNullable<RouteConfig['limit']>, 'none'>;
const minuteMs = 60_000;

/** What one person, or one address without a login, may do. */
export const budgets: Readonly<Record<LimitName, Budget>> = {
  read: { name: 'read', takesMax: 6000, windowMs: minuteMs, slack: 64 },
  write: { name: 'write', takesMax: 1200, windowMs: minuteMs, slack: 16 },
  /** File contents: a first synchronisation sends very many small ones. */
  transfer: { name: 'transfer', takesMax: 30_000, windowMs: minuteMs, slack: 256 },
  /** Everything of one's own, which costs the reading of it all. */
  export: { name: 'export', takesMax: 10, windowMs: 60 * minuteMs },
  search: { name: 'search', takesMax: 240, windowMs: minuteMs },
  /** All logins from one address, whatever the account. */
  login: { name: 'login', takesMax: 120, windowMs: 15 * minuteMs },
  register: { name: 'register', takesMax: 120, windowMs: 10 * minuteMs },
  /** Whatever makes the server send e-mail to somebody. */
  mail: { name: 'mail', takesMax: 10, windowMs: 60 * minuteMs },
};

/** Logins to one account from one address; a success takes the failures back. */
export const accountLoginBudget: Budget = { name: 'login-account', takesMax: 10, windowMs: 15 * minuteMs };
/** Credentials that turned out worthless, by address: checked before the next one is looked up. */
export const badCredentialBudget: Budget = { name: 'bad-credential', takesMax: 300, windowMs: minuteMs };

/** Budgets whose state is worth telling before they are spent. */
const announced: ReadonlySet<LimitName> = new Set(['login', 'register', 'mail', 'search', 'export']);

/** The client's address as a key. A household or attacker holds a whole IPv6 /64, so it counts as one. */
export function addressKey(ip: string | undefined): string {
  if (ip === undefined) return 'local';
  if (!ip.includes(':')) return ip;
  if (ip.startsWith('::ffff:') && ip.includes('.')) return ip.slice(7);
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + rest < 8) groups.push('0');
  }
  return groups.slice(0, 4).join(':');
}

export function tooMany(resetMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return new Refusal('rate-limited', `Too many requests. Please try again in ${waitText(seconds)}.`, {
    retryAfterSeconds: seconds,
  });
}

const waitText = (seconds: number): string => {
  if (seconds < 120) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
};

type Done = (error?: Error) => void;

/** Counts the request; a fastify hook that stays synchronous where the engine is. */
export function limitHook(limits: RateLimits, limit: LimitName) {
  const budget = budgets[limit];
  const isAnnounced = announced.has(limit);
  const byAddress = limit === 'login' || limit === 'register' || limit === 'mail';
  return (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    const key = (!byAddress && request.principal?.userId) || addressKey(request.ip);
    const settle = (verdict: Verdict) => {
      if (isAnnounced || !verdict.allowed) announce(reply, budget, verdict);
      done(verdict.allowed ? undefined : tooMany(verdict.resetMs));
    };
    const verdict = limits.take(budget, key);
    if (verdict instanceof Promise) verdict.then(settle, () => done());
    else settle(verdict);
  };
}

function announce(reply: FastifyReply, { name, takesMax, windowMs }: Budget, verdict: Verdict): void {
  reply.header('ratelimit-policy', `"${name}";q=${takesMax};w=${windowMs / 1000}`);
  reply.header('ratelimit', `"${name}";r=${verdict.remaining};t=${Math.ceil(verdict.resetMs / 1000)}`);
}

const loginCharactersMax = 254;

/** For routes that take a login name and password: guesses at one account count by account and address. */
export function accountLoginHooks(limits: RateLimits) {
  const keyOf = (request: FastifyRequest): string => {
    const { login } = (request.body ?? {}) as { login?: unknown };
    // As the login itself reads it: another way to write a name gives no further guesses.
    const text = typeof login === 'string' ? login.trim().slice(0, loginCharactersMax) : '';
    const name = text.normalize('NFC').toLowerCase().replace(/^@/, '');
    return `${addressKey(request.ip)} ${name}`;
  };
  return {
    preHandler(request: FastifyRequest, _reply: FastifyReply, done: Done): void {
      const settle = ({ allowed, resetMs }: Verdict) => done(allowed ? undefined : tooMany(resetMs));
      const verdict = limits.take(accountLoginBudget, keyOf(request));
      if (verdict instanceof Promise) verdict.then(settle, () => done());
      else settle(verdict);
    },
    onResponse(request: FastifyRequest, reply: FastifyReply, done: Done): void {
      if (reply.statusCode < 300) void limits.reset(accountLoginBudget, keyOf(request));
      done();
    },
  };
}
