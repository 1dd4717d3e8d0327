import { arrived, dot } from './media-cases.ts';
import { type Ask, idOf, type RouteCase } from './route-case.ts';
import type { World } from './world.ts';

/** A folder of anna's that berta may change and paul may see; the rest may know nothing of it. */
async function sharedFolder(w: World): Promise<string> {
  const { id } = await w.anna.post('/v1/folders', { path: `/${w.freshName()}` });
  await w.anna.post(`/v1/files/${id}/shares`, { username: 'berta', role: 'editor' });
  await w.anna.post(`/v1/files/${id}/shares`, { userId: w.paul.id, role: 'viewer' });
  return id;
}

/** A folder in that folder. */
async function nested(w: World): Promise<{ id: string; parentId: string }> {
  const parentId = await sharedFolder(w);
  const { id } = await w.anna.post('/v1/folders', { parentId, name: 'inner' });
  return { id, parentId };
}

/** A file in that folder, and what its first version was. */
async function versioned(w: World): Promise<{ id: string; versionId: string }> {
  const parentId = await sharedFolder(w);
  const put = async (text: string) => {
    const { json } = await w.client.send({
      method: 'PUT',
      path: `/v1/files/content?parentId=${parentId}&name=notes`,
      bytes: text,
      headers: { 'content-type': 'text/plain' },
      token: w.anna.token,
    });
    return json;
  };
  const { id, versionId } = await put('first');
  await put('second');
  return { id, versionId };
}

const shared = async (w: World): Promise<Ask> => idOf(await sharedFolder(w));
const inner = async (w: World): Promise<Ask> => idOf((await nested(w)).id);

async function trashed(w: World): Promise<Ask> {
  const { id } = await nested(w);
  await w.anna.delete(`/v1/files/${id}`);
  return idOf(id);
}

async function snapshot(w: World): Promise<Ask> {
  return idOf((await w.anna.post('/v1/snapshots', { name: 'so far' })).id);
}

async function link(w: World): Promise<Ask> {
  const id = await sharedFolder(w);
  const made = await w.anna.post(`/v1/files/${id}/shares`, { link: true, role: 'viewer' });
  return { params: { id, shareId: made.id } };
}

const hidden = { clara: 404, dora: 404, admin: 404 };
const ofOwner = { ...hidden, berta: 403, paul: 403 };

/** A picture of anna's in that folder, or at a path. */
async function sharedPicture(w: World, path?: string): Promise<string> {
  const place = path ? `path=${encodeURIComponent(path)}` : `parentId=${await sharedFolder(w)}&name=dot.png`;
  const { json } = await w.client.send({
    method: 'PUT',
    path: `/v1/files/content?${place}`,
    bytes: dot,
    headers: { 'content-type': 'image/png' },
    token: w.anna.token,
  });
  return json.id;
}

export const fileCases: RouteCase[] = [
  {
    route: 'POST /v1/media',
    ask: async (w) => ({ body: { fileId: await sharedPicture(w) } }),
    status: 201,
    others: hidden,
  },
  {
    route: 'POST /v1/media',
    as: 'paul',
    ask: async (w) => ({ body: { fileId: await sharedPicture(w) } }),
    status: 201,
    others: hidden,
  },
  {
    route: 'POST /v1/media',
    as: 'berta',
    ask: async (w) => ({ body: { fileId: (await versioned(w)).id } }),
    status: 422,
    others: hidden,
  },
  {
    route: 'POST /v1/files',
    ask: async (w) => ({ body: { mediaId: await arrived(w.anna), parentId: await sharedFolder(w) } }),
    status: 201,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'POST /v1/files',
    as: 'berta',
    ask: async (w) => ({ body: { mediaId: await arrived(w.berta), parentId: await sharedFolder(w) } }),
    status: 201,
    others: { ...hidden, anna: 404, paul: 404 },
  },
  {
    route: 'POST /v1/files',
    as: 'paul',
    ask: async (w) => ({ body: { mediaId: await arrived(w.paul), parentId: await sharedFolder(w) } }),
    status: 403,
    others: { ...hidden, anna: 404, berta: 404 },
  },
  {
    route: 'POST /v1/folders',
    ask: async (w) => ({ body: { parentId: await sharedFolder(w), name: 'new' } }),
    status: 201,
    others: { ...hidden, paul: 403 },
  },
  {
    route: 'POST /v1/folders',
    as: 'berta',
    ask: async (w) => ({ body: { parentId: await sharedFolder(w), name: 'new' } }),
    status: 201,
    others: hidden,
  },
  { route: 'GET /v1/files', ask: () => ({ query: { path: '/' } }), status: 200, others: 'own' },
  {
    route: 'GET /v1/files',
    as: 'paul',
    ask: async (w) => ({ query: { parentId: await sharedFolder(w) } }),
    status: 200,
    others: hidden,
  },
  { route: 'GET /v1/files/{id}', as: 'paul', ask: inner, status: 200, others: hidden },
  {
    route: 'PATCH /v1/files/{id}',
    as: 'berta',
    ask: async (w) => ({ ...(await inner(w)), body: { name: 'other' } }),
    status: 200,
    others: { ...hidden, paul: 403 },
  },
  {
    route: 'PATCH /v1/files/{id}',
    as: 'berta',
    ask: async (w) => ({ ...(await inner(w)), body: { parentId: w.anna.id } }),
    status: 404,
    others: hidden,
  },
  {
    route: 'DELETE /v1/files/{id}',
    as: 'berta',
    ask: inner,
    status: 204,
    others: { ...hidden, paul: 403 },
  },
  { route: 'DELETE /v1/files/{id}', as: 'berta', ask: shared, status: 403, others: hidden },
  {
    route: 'GET /v1/files/{id}/preview',
    as: 'paul',
    ask: async (w) => idOf(await sharedPicture(w)),
    status: 202,
    others: hidden,
  },
  {
    route: 'GET /v1/files/{id}/preview',
    ask: async (w) => idOf((await versioned(w)).id),
    status: 404,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'GET /v1/files/past',
    ask: () => ({ query: { at: '2100-01-01T00:00:00.000Z' } }),
    status: 200,
    others: 'own',
  },
  {
    route: 'GET /v1/files/past/content',
    ask: async (w) => {
      await sharedPicture(w, '/dot as it was.png');
      return { query: { at: '2100-01-01T00:00:00.000Z', path: '/dot as it was.png' } };
    },
    status: 200,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'GET /v1/files/by-path',
    ask: async (w) => {
      await sharedPicture(w, '/dot by its path.png');
      return { query: { path: '/dot by its path.png' } };
    },
    status: 200,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  { route: 'GET /v1/users/me/storage', status: 200, others: 'own' },
  { route: 'GET /v1/files/search', ask: () => ({ query: { q: 'notes' } }), status: 200, others: 'own' },
  {
    route: 'GET /v1/files/search',
    as: 'paul',
    ask: async (w) => ({ query: { q: 'notes', rootId: await sharedFolder(w) } }),
    status: 200,
    others: hidden,
  },
  { route: 'GET /v1/trash', status: 200, others: 'own' },
  {
    route: 'POST /v1/trash/{id}/restore',
    ask: trashed,
    status: 200,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'DELETE /v1/trash/{id}',
    ask: trashed,
    status: 204,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'GET /v1/files/{id}/versions',
    as: 'paul',
    ask: async (w) => idOf((await versioned(w)).id),
    status: 200,
    others: hidden,
  },
  {
    route: 'POST /v1/files/{id}/versions/{versionId}/restore',
    as: 'berta',
    ask: async (w) => ({ params: await versioned(w) }),
    status: 200,
    others: { ...hidden, paul: 403 },
  },
  { route: 'GET /v1/snapshots', status: 200, others: 'own' },
  { route: 'POST /v1/snapshots', ask: () => ({ body: { name: 'today' } }), status: 201, others: 'own' },
  {
    route: 'GET /v1/snapshots/{id}/files',
    ask: snapshot,
    status: 200,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'POST /v1/snapshots/{id}/restore',
    ask: async (w) => ({ ...(await snapshot(w)), body: {} }),
    status: 204,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'DELETE /v1/snapshots/{id}',
    ask: snapshot,
    status: 204,
    others: { ...hidden, berta: 404, paul: 404 },
  },
  {
    route: 'POST /v1/files/restore',
    ask: () => ({ body: { at: '2100-01-01T00:00:00.000Z' } }),
    status: 204,
    others: 'own',
  },
  { route: 'GET /v1/changes', status: 200, others: 'own' },
  {
    route: 'GET /v1/changes',
    as: 'paul',
    ask: async (w) => ({ query: { rootId: await sharedFolder(w) } }),
    status: 200,
    others: hidden,
  },
  {
    route: 'GET /v1/changes/latest',
    as: 'paul',
    ask: async (w) => ({ query: { rootId: await sharedFolder(w) } }),
    status: 200,
    others: hidden,
  },
  {
    route: 'POST /v1/files/{id}/shares',
    ask: async (w) => ({ ...(await shared(w)), body: { username: 'dora', role: 'viewer' } }),
    status: 201,
    others: ofOwner,
  },
  {
    route: 'POST /v1/files/{id}/shares',
    ask: async (w) => ({ ...(await shared(w)), body: { username: 'clara', role: 'viewer' } }),
    status: 422,
    others: hidden,
  },
  {
    route: 'POST /v1/files/{id}/shares',
    ask: async (w) => ({ ...(await shared(w)), body: { link: true, password: 'open sesame' } }),
    status: 201,
    others: ofOwner,
  },
  { route: 'GET /v1/files/{id}/shares', ask: shared, status: 200, others: ofOwner },
  {
    route: 'PATCH /v1/files/{id}/shares/{shareId}',
    ask: async (w) => ({ ...(await link(w)), body: { downloadsMax: 3, expiresAt: null } }),
    status: 200,
    others: ofOwner,
  },
  { route: 'DELETE /v1/files/{id}/shares/{shareId}', ask: link, status: 204, others: ofOwner },
  {
    route: 'DELETE /v1/files/{id}/shares/{shareId}',
    as: 'berta',
    ask: async (w) => ({ params: { id: await sharedFolder(w), shareId: w.berta.id } }),
    status: 204,
    others: { ...hidden, paul: 403 },
  },
  { route: 'GET /v1/shared-with-me', as: 'berta', status: 200, others: 'own' },
];
