/** Cases of what anybody reads, of one's own data as a file, and of what the operator sees. */
import type { RouteCase } from './route-case.ts';

export const publicCases: RouteCase[] = [
  ...['feed.xml', 'feed.atom', 'feed.json'].flatMap((file): RouteCase[] => [
    {
      route: `GET /@{username}/${file}`,
      as: 'nobody',
      ask: () => ({ params: { username: 'anna' } }),
      status: 200,
      others: 'everybody',
    },
    {
      route: `GET /@{username}/${file}`,
      as: 'berta',
      ask: () => ({ params: { username: 'paul' } }),
      status: 404,
      others: 'everybody',
    },
  ]),
  {
    route: 'GET /oembed',
    as: 'nobody',
    ask: (w) => ({ query: { url: `${w.client.url}/@anna` } }),
    status: 200,
    others: 'everybody',
  },
  { route: 'GET /v1/admin/overview', as: 'admin', status: 200, others: 'own' },
  { route: 'GET /v1/admin/media/failed', as: 'admin', status: 200, others: 'own' },
  {
    route: 'POST /v1/admin/media/{id}/retry',
    as: 'admin',
    ask: (w) => ({ params: { id: w.anna.id } }),
    status: 404,
    others: { berta: 403 },
  },
  { route: 'GET /v1/users/me/export', status: 200, others: 'own' },
];
