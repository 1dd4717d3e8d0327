import { idOf, type RouteCase } from './route-case.ts';

/** What a browser gives: the key is the example in RFC 8291. Nothing is sent to such an address. */
const subscription = (name: string) => ({
  endpoint: `https://127.0.0.1/push/${name}`,
  expirationTime: null,
  keys: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
});

export const pushCases: RouteCase[] = [
  { route: 'GET /v1/push', status: 200, others: 'own' },
  {
    route: 'POST /v1/push/subscriptions',
    ask: async (w) => ({ as: await w.somebody(), body: subscription(w.freshName()) }),
    status: 201,
    others: 'own',
  },
  {
    route: 'DELETE /v1/push/subscriptions/{id}',
    ask: async (w) => idOf((await w.anna.post('/v1/push/subscriptions', subscription('old'))).id),
    status: 204,
    others: 'own',
  },
];
