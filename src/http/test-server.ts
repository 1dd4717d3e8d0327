import { isId } from '../lib/ids.ts';
import type { Principal } from '../lib/principal.ts';
import type { App } from './route.ts';
import { createServer, type ServerOptions } from './server.ts';

/**
 * A server for tests of a feature's routes, without accounts: the bearer token `user:<id>` or `admin:<id>` simply
 * is that person. Nothing is limited. Use with `app.inject`.
 */
export function testServer(options: Partial<ServerOptions> = {}): Promise<App> {
  return createServer({
    authenticators: { byToken: principalNamed },
    claimSecret: Buffer.alloc(32),
    ...options,
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
