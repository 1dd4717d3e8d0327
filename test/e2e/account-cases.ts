/** Cases of accounts, credentials and what administrators do with them. */
import { idOf, type RouteCase } from './route-case.ts';
import { passwordOf } from './world.ts';

export const accountCases: RouteCase[] = [
  {
    route: 'POST /v1/users',
    as: 'nobody',
    ask: (w) => {
      const username = w.freshName();
      return { body: { username, email: `${username}@example.org`, password: passwordOf(username) } };
    },
    status: 201,
    others: 'everybody',
  },
  {
    route: 'POST /v1/sessions',
    as: 'nobody',
    ask: () => ({ body: { login: 'anna', password: passwordOf('anna') } }),
    status: 201,
    others: 'everybody',
  },
  { route: 'GET /v1/sessions', status: 200, others: 'own' },
  {
    route: 'DELETE /v1/sessions/current',
    ask: async (w) => ({ as: await w.somebody() }),
    status: 204,
    others: 'own',
  },
  {
    route: 'DELETE /v1/sessions/{id}',
    ask: async (w) => {
      const person = await w.somebody();
      return { as: person, ...idOf((await person.get('/v1/sessions')).items[0].id) };
    },
    status: 204,
    others: { berta: 404 },
  },
  {
    route: 'POST /v1/password-resets',
    as: 'nobody',
    ask: () => ({ body: { email: 'anna@example.org' } }),
    status: 202,
    others: 'everybody',
  },
  {
    route: 'PUT /v1/password-resets/{token}',
    as: 'nobody',
    ask: async (w) => {
      const { id } = await w.somebody();
      const { url } = await w.admin.post(`/v1/admin/users/${id}/password-reset`, undefined);
      return {
        params: { token: url.split(/[/=]/).at(-1) },
        body: { password: 'another good password' },
      };
    },
    status: 204,
    others: 'everybody',
  },
  { route: 'GET /v1/users/me', status: 200, others: 'own' },
  {
    route: 'PATCH /v1/users/me',
    ask: () => ({
      body: {
        displayName: 'Anna',
        bio: 'I am Anna',
        location: 'Linz',
        birthDate: '1990-05-31',
        gender: 'female',
        isPrivate: false,
      },
    }),
    status: 200,
    others: 'own',
  },
  {
    route: 'DELETE /v1/users/me',
    ask: async (w) => {
      const person = await w.somebody();
      return { as: person, body: { password: passwordOf(person.username) } };
    },
    status: 202,
    others: 'own',
  },
  {
    route: 'GET /v1/users/{id}',
    as: 'berta',
    ask: (w) => idOf(w.anna.id),
    status: 200,
    others: { clara: 404, nobody: 200 },
  },
  { route: 'GET /v1/users/me/history', status: 200, others: 'own' },
  {
    route: 'POST /v1/users/me/app-passwords',
    ask: () => ({ body: { name: 'a script' } }),
    status: 201,
    others: 'own',
  },
  { route: 'GET /v1/users/me/app-passwords', status: 200, others: 'own' },
  {
    route: 'DELETE /v1/users/me/app-passwords/{id}',
    ask: async (w) => idOf((await w.anna.post('/v1/users/me/app-passwords', { name: 'old' })).id),
    status: 204,
    others: { berta: 404 },
  },
  {
    route: 'POST /v1/users/me/deactivation',
    ask: async (w) => ({ as: await w.somebody() }),
    status: 204,
    others: 'own',
  },
  {
    route: 'DELETE /v1/users/me/deactivation',
    ask: async (w) => {
      const person = await w.somebody();
      await person.post('/v1/users/me/deactivation', undefined);
      return { as: person };
    },
    status: 204,
    others: { nobody: 401 },
  },
];

export const adminCases: RouteCase[] = [
  { route: 'GET /v1/admin/users', as: 'admin', status: 200, others: 'own' },
  ...(['PUT', 'DELETE'] as const).map(
    (method): RouteCase => ({
      route: `${method} /v1/admin/users/{id}/closure`,
      as: 'admin',
      ask: async (w) => {
        const { id } = await w.somebody();
        if (method === 'DELETE') await w.admin.put(`/v1/admin/users/${id}/closure`);
        return idOf(id);
      },
      status: 204,
      others: { berta: 403 },
    }),
  ),
  {
    route: 'PUT /v1/admin/users/{id}/role',
    as: 'admin',
    ask: async (w) => ({ ...idOf((await w.somebody()).id), body: { isAdmin: true } }),
    status: 204,
    others: { berta: 403 },
  },
  {
    route: 'POST /v1/admin/users/{id}/password-reset',
    as: 'admin',
    ask: async (w) => idOf((await w.somebody()).id),
    status: 201,
    others: { berta: 403 },
  },
  {
    route: 'POST /v1/admin/invitations',
    as: 'admin',
    ask: () => ({ body: { note: 'for a friend', uses: 2, expiresInDays: 3 } }),
    status: 201,
    others: 'own',
  },
  { route: 'GET /v1/admin/invitations', as: 'admin', status: 200, others: 'own' },
  {
    route: 'DELETE /v1/admin/invitations/{id}',
    as: 'admin',
    ask: async (w) => idOf((await w.admin.post('/v1/admin/invitations', {})).id),
    status: 204,
    others: { berta: 403 },
  },
];
