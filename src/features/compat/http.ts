import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../http/route.ts';
import type { Asked, CompatDeps, Shape } from './http-shape.ts';
import { shapes } from './http-shapes.ts';

const tags = ['Other request shapes'];

/** Registers the table of shapes. */
export function compatRoutes(app: App, deps: CompatDeps): void {
  for (const each of shapes) {
    const { method, path, summary, description, config, schema } = each;
    app.route({
      method,
      url: path,
      config,
      schema: { tags, summary, ...(description !== undefined && { description }), ...schema } as never,
      ...(path === '/login' && { preValidation: nameLogin }),
      handler: (request, reply) => answer(deps, each, request as FastifyRequest, reply as FastifyReply),
    });
  }
}

async function answer(deps: CompatDeps, { run }: Shape, request: FastifyRequest, reply: FastifyReply) {
  const { params, query, body, principal, claim } = request;
  const device = request.headers['user-agent'] ?? '';
  const asked = { params, query, body, viewer: principal, caller: principal, claim, device };
  const made = await run(deps, asked as Asked<never, never, never>);
  if (made.isSecret) reply.header('cache-control', 'no-store');
  if (typeof made.body === 'string') reply.header('content-type', 'application/json; charset=utf-8');
  return reply.code(made.status).send(made.body);
}

/** What names the account goes by one name before guesses at it are counted. */
function nameLogin(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const body = request.body as Record<string, unknown> | null | undefined;
  if (typeof body === 'object' && body !== null) body['login'] ??= body['username'] ?? body['email'];
  done();
}
