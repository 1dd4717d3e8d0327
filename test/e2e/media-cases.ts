import type { Person } from './client.ts';
import { type Ask, idOf, type RouteCase } from './route-case.ts';
import type { World } from './world.ts';

/** The smallest picture there is: one dot. */
export const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const upload = { filename: 'dot.png', contentType: 'image/png', sizeBytes: dot.length };

/** Announced by anna, and not sent yet. */
const announced = async (w: World) => idOf((await w.anna.post('/v1/uploads', upload)).mediaId);

/** A picture that somebody has uploaded. */
export async function arrived(person: Person): Promise<string> {
  const { mediaId, url, headers } = await person.post('/v1/uploads', upload);
  await fetch(url, { method: 'PUT', headers, body: dot });
  return mediaId;
}

async function sending(w: World): Promise<Ask> {
  const { url, headers } = await w.anna.post('/v1/uploads', upload);
  const { pathname, searchParams } = new URL(url);
  const [kind, shelf, file] = pathname.split('/').slice(3) as [string, string, string];
  return { params: { kind, shelf, file }, query: Object.fromEntries(searchParams), bytes: dot, headers };
}

/** A picture of anna's that is ready, by the parts of its first variant's address. */
async function readyParts(w: World): Promise<{ name: string; run: string; token: string; file: string }> {
  const { mediaId, url, headers } = await w.anna.post('/v1/uploads', upload);
  await fetch(url, { method: 'PUT', headers, body: dot });
  for (;;) {
    const medium = await w.anna.get(`/v1/media/${mediaId}`);
    if (medium.state === 'ready') {
      const [, , name, run, token, file] = new URL(medium.variants[0].url).pathname.split('/');
      return { name: name!, run: run!, token: token!, file: file! };
    }
    if (medium.state === 'failed') throw new Error(medium.error);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const mediaCases: RouteCase[] = [
  { route: 'POST /v1/uploads', ask: () => ({ body: upload }), status: 201, others: 'own' },
  {
    route: 'PUT /v1/blobs/{kind}/{shelf}/{file}',
    as: 'nobody',
    ask: sending,
    status: 200,
    others: 'everybody',
  },
  {
    route: 'PUT /v1/blobs/{kind}/{shelf}/{file}',
    ask: async (w) => {
      const { query, ...ask } = await sending(w);
      return { ...ask, query: { ...query, 'x-kith-expires': '99999999999999' } };
    },
    status: 403,
    others: { nobody: 403 },
  },
  {
    route: 'GET /v1/media/{id}',
    ask: announced,
    status: 200,
    others: { berta: 404, clara: 404, admin: 404 },
  },
  {
    route: 'PATCH /v1/media/{id}',
    ask: async (w) => ({ ...(await announced(w)), body: { alt: 'a dot' } }),
    status: 200,
    others: { berta: 404 },
  },
  {
    route: 'GET /media/{name}/{run}/{file}',
    ask: async (w) => {
      const { name, run, file } = await readyParts(w);
      return { params: { name, run, file } };
    },
    status: 200,
    others: { nobody: 404, berta: 404, admin: 404 },
  },
  {
    route: 'GET /media/{name}/{run}/{token}/{file}',
    as: 'nobody',
    ask: async (w) => ({ params: await readyParts(w) }),
    status: 200,
    others: 'everybody',
  },
  {
    route: 'GET /media/{name}/auto',
    as: 'nobody',
    ask: async (w) => ({ params: { name: (await readyParts(w)).name } }),
    status: 404,
    others: { berta: 404 },
  },
  { route: 'DELETE /v1/media/{id}', ask: announced, status: 204, others: { berta: 404, admin: 404 } },
];
