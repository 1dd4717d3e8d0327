import { Type } from 'typebox';
import { type App, isoTime, nullable, timeSchema } from '../../http/route.ts';
import type { Overview } from './index.ts';

const name = Type.String();
const bytes = Type.Integer({ minimum: 0 });

const overviewSchema = Type.Object({
  version: Type.String(),
  profile: Type.String(),
  roles: Type.Array(Type.String(), { description: 'Of the process that answers.' }),
  isReady: Type.Boolean(),
  missing: Type.Array(Type.Object({ name, problem: Type.String() }), {
    description: 'What keeps it from being ready.',
  }),
  engines: Type.Array(Type.Object({ name, isUp: Type.Boolean(), seconds: Type.Number() }), {
    description: 'Servers it works with, and how long each took to answer.',
  }),
  queues: Type.Array(
    Type.Object({
      name,
      waiting: Type.Integer(),
      failures: Type.Integer({ description: 'Since the start.' }),
    }),
    { description: 'Groups of the event log that it takes part in.' },
  ),
  media: Type.Object({
    waiting: Type.Integer({ description: 'Photos and videos to be prepared. Counted to 10,000.' }),
    failed: Type.Integer({ description: 'Laid aside until they are tried again.' }),
  }),
  storage: Type.Object({
    databaseBytes: nullable(bytes),
    disk: nullable(Type.Object({ freeBytes: bytes, totalBytes: bytes })),
    parts: Type.Array(Type.Object({ name, bytes, count: Type.Integer() }), {
      description: 'Originals, what is shown of them (`media`), `previews` of files, and packs of files.',
    }),
    measuredAt: nullable(timeSchema),
  }),
});

export function overviewRoutes(app: App, { overview }: { overview: Overview }): void {
  app.get(
    '/v1/admin/overview',
    {
      config: { auth: 'admin' },
      schema: {
        tags: ['Administration'],
        summary: 'How the installation is: health, queues, what waits and what failed, room taken',
        response: { 200: overviewSchema },
      },
    },
    async () => {
      const { storage, roles, ...rest } = await overview.read();
      const { measuredAtMs, ...stored } = storage;
      return { ...rest, roles: [...roles], storage: { ...stored, measuredAt: isoTime(measuredAtMs) } };
    },
  );
}
