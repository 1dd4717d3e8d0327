import { createHash } from 'node:crypto';
import { type Ask, idOf, type RouteCase } from './route-case.ts';
import type { World } from './world.ts';

const tus = { 'tus-resumable': '1.0.0' };
const part = { ...tus, 'content-type': 'application/offset+octet-stream' };
const bytes = Buffer.from('what is in it');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const hidden = { clara: 404, dora: 404, admin: 404 };

const send = (w: World, path: string, query: Record<string, string>, body: Uint8Array) =>
  w.client.send({
    method: 'PUT',
    path: `${path}?${new URLSearchParams(query)}`,
    bytes: body,
    headers: { 'content-type': 'text/plain' },
    token: w.anna.token,
  });

/** A folder of anna's that berta may change and paul may see, with a file in it. */
async function shared(w: World): Promise<{ folderId: string; fileId: string; versionId: string }> {
  const { id: folderId } = await w.anna.post('/v1/folders', { path: `/${w.freshName()}` });
  await w.anna.post(`/v1/files/${folderId}/shares`, { username: 'berta', role: 'editor' });
  await w.anna.post(`/v1/files/${folderId}/shares`, { userId: w.paul.id, role: 'viewer' });
  await send(w, '/v1/files/content', { parentId: folderId, name: 'a.txt' }, bytes);
  const { items } = await w.anna.get(`/v1/files?parentId=${folderId}`);
  return { folderId, fileId: items[0].id, versionId: items[0].versionId };
}

const newUpload = (fields: Record<string, string>) => ({
  ...tus,
  'upload-length': String(bytes.length),
  'upload-metadata': Object.entries(fields)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(','),
});

async function begun(w: World): Promise<string> {
  const { headers } = await w.client.send({
    method: 'POST',
    path: '/v1/files/uploads',
    headers: newUpload({ path: `/${w.freshName()}` }),
    token: w.anna.token,
  });
  return String(headers.get('location')).split('/').at(-1)!;
}

const ofUpload = async (w: World): Promise<Ask> => ({ ...idOf(await begun(w)), headers: tus });
const putInto = async (w: World, headers: Record<string, string> = {}): Promise<Ask> => {
  const { folderId, versionId } = await shared(w);
  return {
    query: { parentId: folderId, name: 'a.txt' },
    bytes,
    headers: { 'content-type': 'text/plain', 'if-match': `"${versionId}"`, ...headers },
  };
};

export const transferCases: RouteCase[] = [
  { route: 'PUT /v1/files/content', ask: putInto, status: 200, others: { ...hidden, paul: 403 } },
  {
    route: 'PUT /v1/files/content',
    as: 'berta',
    ask: putInto,
    status: 200,
    others: { ...hidden, paul: 403 },
  },
  {
    route: 'PUT /v1/files/content',
    ask: (w) => putInto(w, { 'if-match': '"00000000000"' }),
    status: 412,
    others: { ...hidden, paul: 403 },
  },
  {
    route: 'GET /v1/files/{id}/content',
    ask: async (w) => idOf((await shared(w)).fileId),
    status: 200,
    others: hidden,
  },
  {
    route: 'GET /v1/files/{id}/content',
    as: 'paul',
    ask: async (w) => idOf((await shared(w)).folderId),
    status: 200,
    others: hidden,
  },
  {
    route: 'GET /v1/files/{id}/content',
    ask: async (w) => ({ ...idOf((await shared(w)).fileId), headers: { range: 'bytes=1-3' } }),
    status: 206,
    others: hidden,
  },
  { route: 'OPTIONS /v1/files/uploads', as: 'nobody', status: 204, others: 'everybody' },
  {
    route: 'POST /v1/files/uploads',
    ask: (w) => ({ headers: newUpload({ path: `/${w.freshName()}` }) }),
    status: 201,
    others: 'own',
  },
  {
    route: 'POST /v1/files/uploads',
    as: 'berta',
    ask: async (w) => ({ headers: newUpload({ parentId: (await shared(w)).folderId, name: 'b' }) }),
    status: 201,
    others: { ...hidden, paul: 403 },
  },
  {
    route: 'PATCH /v1/files/uploads/{id}',
    ask: async (w) => ({ ...idOf(await begun(w)), bytes, headers: { ...part, 'upload-offset': '0' } }),
    status: 204,
    others: { ...hidden, berta: 404 },
  },
  { route: 'DELETE /v1/files/uploads/{id}', ask: ofUpload, status: 204, others: { ...hidden, berta: 404 } },
  {
    route: 'POST /v1/chunks/missing',
    ask: () => ({ body: { sha256: [sha256] } }),
    status: 200,
    others: 'own',
  },
  {
    route: 'PUT /v1/chunks/{sha256}',
    ask: () => ({ params: { sha256 }, bytes, headers: { 'content-type': 'application/octet-stream' } }),
    status: 204,
    others: 'own',
  },
  {
    route: 'POST /v1/files/manifest',
    ask: async (w) => {
      await send(w, `/v1/chunks/${sha256}`, {}, bytes);
      const { folderId } = await shared(w);
      const chunks = [{ sha256, sizeBytes: bytes.length }];
      return { body: { parentId: folderId, name: 'm', chunks } };
    },
    status: 201,
    others: { ...hidden, paul: 403 },
  },
];
