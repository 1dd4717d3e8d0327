import type { App } from '../../http/route.ts';
import { as, testServer } from '../../http/test-server.ts';
import { createIdSource } from '../../lib/ids.ts';
import { contentsWorld } from '../contents/test-contents.ts';
import { createFiles } from '../files/index.ts';
import { principalOf } from '../files/test-files.ts';
import { transferRoutes } from './http.ts';
import { createTransfers } from './index.ts';

/** Real contents and files on engines in memory, served. */
export async function transfersWorld({ quotaBytes = 1e12 }: { quotaBytes?: number } = {}) {
  const world = contentsWorld();
  const { records, clock, contents } = world;
  const ids = createIdSource({ nowMs: clock.nowMs, node: 1 });
  const files = createFiles({
    records,
    clock,
    ids,
    contents,
    settings: { quotaBytes },
    reaches: async () => true,
    linksKey: new Uint8Array(32),
    passwords: { hash: async (password) => password, verify: async () => false },
  });
  const transfers = createTransfers({ records, clock, contents, files });
  const app: App = await testServer({ clock });
  transferRoutes(app, { transfers });
  const [ann, bob] = [principalOf(ids.next()), principalOf(ids.next())];
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
  return { ...world, ids, files, transfers, app, ann, bob, ask };
}

export type TransfersWorld = Awaited<ReturnType<typeof transfersWorld>>;
