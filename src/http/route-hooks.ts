import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** A hook that calls back, so that it costs nothing more where it does not wait. */
export type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/** The same, with the answer's text, bytes or stream on its way. */
export type SendHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload: unknown) => void,
) => void;

type HookName = 'onRequest' | 'preHandler' | 'onSend' | 'onResponse';
const guarded = new WeakMap<RouteOptions, Partial<Record<HookName, number>>>();

/** Puts a hook of the server before the route's own, after those put there earlier. For use while it is registered. */
export function before(route: RouteOptions, name: 'onSend', hook: SendHook): void;
export function before(route: RouteOptions, name: Exclude<HookName, 'onSend'>, hook: Hook): void;
export function before(route: RouteOptions, name: HookName, hook: Hook | SendHook): void {
  const places = guarded.get(route) ?? {};
  guarded.set(route, places);
  const place = places[name] ?? 0;
  places[name] = place + 1;
  const own = route[name];
  const hooks: unknown[] = own === undefined ? [] : Array.isArray(own) ? [...own] : [own];
  hooks.splice(place, 0, hook);
  route[name] = hooks as never;
}
