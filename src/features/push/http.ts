import { Type } from 'typebox';
import { type App, caller, isoTime, timeSchema } from '../../http/route.ts';
import type { Push, PushSubscription } from './index.ts';

const tags = ['push'];
const deviceCharactersMax = 200;

const subscriptionSchema = Type.Object({
  id: Type.String(),
  device: Type.String({ description: 'What the browser called itself.' }),
  createdAt: timeSchema,
  current: Type.Boolean({ description: 'Made in this session.' }),
});

const present = ({ createdAtMs, ...subscription }: PushSubscription) => ({
  ...subscription,
  createdAt: isoTime(createdAtMs)!,
});

export function pushRoutes(app: App, { push }: { push: Push }): void {
  app.get(
    '/v1/push',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'The browsers that notifications are pushed to, and what one needs to subscribe',
        response: {
          200: Type.Object({
            publicKey: Type.String({
              description: 'For `applicationServerKey` (RFC 8292), base64url. Stays the same.',
            }),
            subscriptions: Type.Array(subscriptionSchema, { description: 'Newest first.' }),
          }),
        },
      },
    },
    async (request) => ({
      publicKey: push.publicKey,
      subscriptions: (await push.list(caller(request))).map(present),
    }),
  );

  app.post(
    '/v1/push/subscriptions',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'Have notifications pushed to this browser',
        description:
          'Takes what `PushSubscription.toJSON()` gives. It counts until the session ends, the push service says it is gone, or it is taken back. What is pushed is JSON: `{tag, text, kind, names, count, path, unread}`.',
        body: Type.Object({
          endpoint: Type.String({ maxLength: 2048 }),
          expirationTime: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
          keys: Type.Object({
            p256dh: Type.String({ maxLength: 200 }),
            auth: Type.String({ maxLength: 100 }),
          }),
        }),
        response: { 200: subscriptionSchema, 201: subscriptionSchema },
      },
    },
    async (request, reply) => {
      const { endpoint, keys } = request.body;
      const device = (request.headers['user-agent'] ?? '').slice(0, deviceCharactersMax);
      const { subscription, isNew } = await push.subscribe(caller(request), { endpoint, keys, device });
      reply.code(isNew ? 201 : 200);
      return present(subscription);
    },
  );

  app.delete(
    '/v1/push/subscriptions/:id',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'Push nothing more to a browser',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await push.unsubscribe(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}
