import { transferRoutes } from '../features/transfers/http.ts';
import type { App } from '../http/route.ts';
import { as, testServer } from '../http/test-server.ts';
import { storedWorld } from './test-stored-files.ts';

/** Transfers over HTTP, and two people. */
export async function transfersWorld(given: Parameters<typeof storedWorld>[0] = {}) {
  const world = storedWorld(given);
  const { clock, transfers } = world;
  const app: App = await testServer({ clock });
  transferRoutes(app, { transfers });
  const ask = async (
    who: { userId: string } | null,
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS',
    url: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const answer = await app.inject({
      method,
      url,
      headers: { ...(who && as(who.userId)), ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const isJson = answer.rawPayload.length > 0 && String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      bytes: answer.rawPayload,
      json: isJson ? answer.json() : undefined,
    };
  };
  return { ...world, app, ask };
}

export type TransfersWorld = Awaited<ReturnType<typeof transfersWorld>>;

export const put = (
  w: TransfersWorld,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  who = w.ann,
) =>
  w.ask(who, 'PUT', `/v1/files/content?path=${encodeURIComponent(path)}`, {
    body,
    headers: { 'content-type': 'application/octet-stream', ...headers },
  });
