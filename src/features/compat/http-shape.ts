/** What a row of the table of shapes is made of. */
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { RouteConfig } from '../../http/route.ts';
import type { IdSource } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden } from '../../lib/refusal.ts';
import type { Accounts, Profiles } from '../accounts/index.ts';
import type { Comments } from '../comments/index.ts';
import type { Feed } from '../feed/index.ts';
import type { GraphFeature } from '../graph/index.ts';
import type { PostsFeature } from '../posts/index.ts';
import type { Search } from '../search/index.ts';

/** The operations that the shapes stand for. */
export interface CompatDeps {
  accounts: Pick<Accounts, 'register' | 'logIn'>;
  profiles: Profiles;
  graph: Pick<GraphFeature, 'follow' | 'unfollow'>;
  posts: Pick<PostsFeature, 'create' | 'delete' | 'list' | 'present' | 'presentOne'>;
  feed: Pick<Feed, 'read'>;
  comments: Pick<Comments, 'create' | 'presentOwn'>;
  search: Pick<Search, 'users'>;
  ids: IdSource;
}

/** One request, read. */
export interface Asked<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Null where nobody is logged in. */
  viewer: Principal | null;
  /** The same where the shape says `required`. */
  caller: Principal;
  claim: IdempotencyClaim | undefined;
  /** What the client calls itself. */
  device: string;
}

/** `body`: an object, JSON that is text already, or null. */
export interface Answer {
  status: number;
  body: object | string | null;
  /** Holds a token: nobody on the way may keep it. */
  isSecret?: boolean;
}

type Parts = { params?: TObject; querystring?: TObject; body?: TObject };
type Read<Part> = Part extends TSchema ? Static<Part> : Record<string, never>;

export interface Shape {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  summary: string;
  description?: string;
  config: RouteConfig;
  schema: Parts & { response: Record<number, TSchema> };
  run(deps: CompatDeps, asked: Asked<never, never, never>): Promise<Answer>;
}

/** A row whose `run` knows the types of what its schema lets through. */
export function shape<Schema extends Parts & { response: Record<number, TSchema> }>(
  row: Omit<Shape, 'schema' | 'run'> & {
    schema: Schema;
    run(
      deps: CompatDeps,
      asked: Asked<Read<Schema['params']>, Read<Schema['querystring']>, Read<Schema['body']>>,
    ): Promise<Answer>;
  },
): Shape {
  return row as unknown as Shape;
}

/** An id as JSON may carry it: some clients write numbers. */
export const looseId = (description: string) =>
  Type.Union([Type.String({ maxLength: 64 }), Type.Integer()], { description });

export const clientTime = Type.Optional(
  Type.String({
    maxLength: 64,
    pattern: '^[ -~]*$',
    description: 'The client’s own time, kept beside ours.',
  }),
);

/** COMPAT-2 */
export function requireSelf({ userId }: Principal, actorId: string | number | undefined): void {
  if (actorId !== undefined && String(actorId) !== userId) {
    throw forbidden('You can act for yourself only.');
  }
}
