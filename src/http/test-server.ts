import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { isId } from '../lib/ids.ts';
import type { Principal } from '../lib/principal.ts';
import type { App } from './route.ts';
import { createServer, type ServerOptions } from './server.ts';

export interface TestServerOptions extends Partial<ServerOptions> {
  /** False for tests whose operations are stand-ins that answer less than the schema says. */
  holdsAnswers?: boolean;
}

/**
 * A server for tests of a feature's routes, without accounts: the bearer token `user:<id>` or `admin:<id>` simply
 * is that person. Nothing is limited. An answer that does not fit the schema its route declares becomes a 500 that
 * says so. Use with `app.inject`.
 */
export async function testServer({ holdsAnswers = true, ...options }: TestServerOptions = {}): Promise<App> {
  const app = await createServer({
    authenticators: { byToken: principalNamed },
    claimSecret: Buffer.alloc(32),
    ...options,
  });
  if (holdsAnswers) holdAnswersToSchemas(app);
  return app;
}

function holdAnswersToSchemas(app: App): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { schema, method, url } = request.routeOptions;
    const answers = schema?.response as Record<string, TSchema> | undefined;
    const answer = answers?.[String(reply.statusCode)];
    if (!answer || typeof payload !== 'string' || payload === '') return done(null, payload);
    const value: unknown = JSON.parse(payload);
    if (Check(answer, value)) return done(null, payload);
    const found = Errors(answer, value).map(({ instancePath, message }) => `${instancePath} ${message}`);
    const detail = `${method} ${url} answers ${reply.statusCode} unlike its schema: ${found.join('; ')}`;
    reply.code(500);
    done(null, JSON.stringify({ status: 500, code: 'internal', detail }));
  });
}

function principalNamed(token: string): Principal | undefined {
  const [role, userId = ''] = token.split(':');
  if ((role !== 'user' && role !== 'admin') || !isId(userId)) return undefined;
  return { userId, isAdmin: role === 'admin', credentialId: `test-${userId}` };
}

/** Headers that make a request come from that person. */
export const as = (userId: string, role: 'user' | 'admin' = 'user') => ({
  authorization: `Bearer ${role}:${userId}`,
});
