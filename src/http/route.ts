/**
 * What routes declare about themselves, beside their schemas. `src/http` knows no feature; features register
 * their routes on an `App` in their `http.ts`.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { IdempotencyClaim, Principal } from '../lib/principal.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface RouteConfig {
  /**
   * `required`: 401 without a valid credential. `optional`: anybody, known if a credential is sent. `admin`: 403 for
   * others. `app-password`: 401 without one, by Basic or Digest; no session counts.
   */
  auth: 'required' | 'optional' | 'none' | 'admin' | 'app-password';
  /**
   * Which budget of the rate limiter a request draws on; default `read` for GET and `write` for the rest. `login`
   * also counts guesses at one account, by the body's `login`. `none` is for what watches the server.
   */
  limit?: 'read' | 'write' | 'transfer' | 'export' | 'search' | 'login' | 'register' | 'mail' | 'none';
  /** The address itself says who may use it: 403 where it does not. */
  isSigned?: boolean;
  /** What it names, otherwise than by path and query, may be absent or hidden. */
  mayMiss?: boolean;
  /** Takes conditions in headers, and answers 412 where they do not hold. */
  isConditional?: boolean;
  /** Goes on until one side ends it: its duration says nothing. */
  isStream?: boolean;
  /** Honours Idempotency-Key: the handler finds `request.claim` and passes it to its operation. */
  idempotent?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig extends Partial<RouteConfig> {}
  interface FastifyRequest {
    /** Null where nobody is logged in; never null in a handler whose route says `required`, `admin` or `app-password`. */
    principal: Principal | null;
    /** Set where the route is `idempotent` and the request carries a key. */
    claim: IdempotencyClaim | undefined;
  }
}

/** The caller of a route that says `required` or `admin`. */
export function caller(request: { principal: Principal | null }): Principal {
  if (!request.principal) throw new Error('a route without authentication asked for its caller');
  return request.principal;
}

export const listLimitDefault = 20;

/** `?limit=` and `?cursor=` of every list. */
export const listQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: listLimitDefault })),
  cursor: Type.Optional(Type.String({ maxLength: 1024 })),
};

/** `{items, nextCursor}`. */
export function listOf<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) });
}

export const idSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'An id; sorts by time of creation.',
});
export const timeSchema = Type.String({ format: 'date-time' });
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** ISO 8601 in UTC, null for null. */
export const isoTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
