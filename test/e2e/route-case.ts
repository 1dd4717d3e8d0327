import type { Person } from './client.ts';
import type { PersonName, World } from './world.ts';

/** What one request says, beside its route. */
export interface Ask {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
  /** Sent as they are, instead of a body of JSON. */
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  /** Whose request it is, where that is somebody made for it. */
  as?: Person;
}

/** A good request to one route, and what others get for the very same request. */
export interface RouteCase {
  /** As in the OpenAPI document: `POST /v1/posts`. */
  route: string;
  /** Default anna. */
  as?: PersonName | 'nobody';
  /** Makes what is needed, and says what to send. */
  ask?: (world: World) => Ask | Promise<Ask>;
  status: number;
  /**
   * What others get, asked before it succeeds. `own`: the route names nothing of another person's but what the
   * caller is to it. `everybody`: it needs no login. That nobody gets 401 where a login is needed, and who is no
   * administrator 403 under `/v1/admin`, is asked of every route anyway.
   */
  others: Partial<Record<PersonName | 'nobody', number>> | 'own' | 'everybody';
}

export const idOf = (id: string) => ({ params: { id } });

export function pathOf(route: string, { params = {}, query }: Ask): string {
  const template = route.slice(route.indexOf(' ') + 1);
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => params[name]!);
  return query ? `${path}?${new URLSearchParams(query)}` : path;
}
