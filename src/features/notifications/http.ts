import { Type } from 'typebox';
import {
  type App,
  caller,
  idSchema,
  isoTime,
  listLimitDefault,
  listOf,
  listQuery,
  nullable,
  timeSchema,
} from '../../http/route.ts';
import { shortUserSchema } from '../posts/index.ts';
import type { Notifications, NotificationView } from './index.ts';
import { notificationKinds } from './notification.ts';

const excerptSchema = Type.Object({ id: idSchema, excerpt: Type.String() });

export const notificationSchema = Type.Object(
  {
    id: Type.String({
      description: 'Its place in the list. A group that somebody joins gets a new one and moves to the top.',
    }),
    kind: Type.Enum([...notificationKinds]),
    actors: Type.Array(shortUserSchema, { description: 'The newest few people in it, newest first.' }),
    actorCount: Type.Integer({ description: 'People in it. Exact up to 200, where it stands still.' }),
    post: nullable(excerptSchema),
    comment: nullable(excerptSchema),
    file: nullable(
      Type.Object(
        { id: idSchema, name: Type.String(), kind: Type.Enum(['file', 'folder']) },
        {
          description: 'What was shared.',
        },
      ),
    ),
    text: Type.String({ description: 'The whole as one English sentence.' }),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    read: Type.Boolean(),
  },
  { description: 'Something other people did, grouped by what they did it to.' },
);

/** A notification as the interface shows it. */
export function notificationJson({ createdAtMs, updatedAtMs, ...view }: NotificationView) {
  return { ...view, createdAt: isoTime(createdAtMs)!, updatedAt: isoTime(updatedAtMs)! };
}

export function notificationRoutes(app: App, { notifications }: { notifications: Notifications }): void {
  app.get(
    '/v1/notifications',
    {
      schema: {
        tags: ['notifications'],
        summary: 'What happened, newest first, with the number of unread ones',
        querystring: Type.Object(listQuery),
        response: {
          200: Type.Object({
            ...listOf(notificationSchema).properties,
            unread: Type.Integer({ description: 'Groups not read yet, over the whole list.' }),
          }),
        },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const { items, ...page } = await notifications.list(caller(request), { limit, cursor });
      return { items: items.map(notificationJson), ...page };
    },
  );

  app.post(
    '/v1/notifications/read',
    {
      schema: {
        tags: ['notifications'],
        summary: 'Mark everything up to one notification as read',
        description:
          'What arrives meanwhile stays unread. An earlier `upTo` than the last one changes nothing.',
        body: Type.Object({ upTo: idSchema }),
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await notifications.markRead(caller(request), request.body);
      return reply.code(204).send(null);
    },
  );
}
