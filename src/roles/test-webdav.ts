import { principalOf } from '../features/files/test-files.ts';
import { sendFile } from '../features/transfers/http-content.ts';
import { webdavRoutes } from '../features/webdav/http.ts';
import { createWebdav } from '../features/webdav/index.ts';
import type { Authenticators } from '../http/authentication.ts';
import { testServer } from '../http/test-server.ts';
import { isId } from '../lib/ids.ts';
import type { Principal } from '../lib/principal.ts';
import { storedWorld } from './test-stored-files.ts';

const nameOf = (authorization: string) =>
  Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':')[0]!;

/** Whoever says an id as their username is that person. */
const authenticators: Authenticators = {
  byToken: () => principalOf('00000000001'),
  byBasic: async ({ authorization }) =>
    isId(nameOf(authorization)) ? principalOf(nameOf(authorization)) : undefined,
  challenge: () => 'Digest realm="Kith"',
};

export interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Real contents and files on engines in memory, served by WebDAV. */
export async function webdavWorld(given: { quotaBytes?: number } = {}) {
  const world = storedWorld(given);
  const { records, clock, contents, files, transfers, ann, bob } = world;
  const usernames = new Map([
    [ann.userId, 'ann'],
    [bob.userId, 'bob'],
  ]);
  const usernameOf = async (userId: string) => usernames.get(userId);
  const webdav = createWebdav({ records, clock, files, contents, transfers, usernameOf });
  const app = await testServer({ clock, authenticators });
  webdavRoutes(app, {
    webdav,
    publicUrl: 'https://kith.example',
    sendFile: async (request, reply, who, id) =>
      sendFile(request, reply, transfers, await transfers.find(who, id)),
  });
  const ask = async (who: Principal | null, method: string, path: string, { body, headers }: Sent = {}) => {
    const authorization = who && `Basic ${Buffer.from(`${who.userId}:x`).toString('base64')}`;
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { ...(authorization && { authorization }), host: 'kith.test', ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      bytes: answer.rawPayload,
    };
  };
  return { ...world, webdav, app, ask };
}

export type WebdavWorld = Awaited<ReturnType<typeof webdavWorld>>;

/** Asks as one person, and answers what a test looks at first. */
export const asking =
  (w: WebdavWorld, who: Principal | null = w.ann) =>
  (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
    w.ask(who, method, path, { headers, body });

export const lockBody = (scope = 'exclusive') =>
  `<?xml version="1.0"?><lockinfo xmlns="DAV:"><lockscope><${scope}/></lockscope><locktype><write/></locktype><owner><href>ann@home</href></owner></lockinfo>`;

export const tokenOf = ({ headers }: { headers: Record<string, unknown> }) =>
  String(headers['lock-token']).slice(1, -1);

export const propBody = (inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" xmlns:x="http://x.example/">${inner}</D:propfind>`;

export const patchBody = (inner: string) =>
  `<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:">${inner}</D:propertyupdate>`;
