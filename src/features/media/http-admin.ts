import { Type } from 'typebox';
import {
  type App,
  idSchema,
  isoTime,
  listLimitDefault,
  listOf,
  listQuery,
  timeSchema,
} from '../../http/route.ts';
import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { notFound } from '../../lib/refusal.ts';
import type { MediaFeature } from './media-feature.ts';

const tags = ['Administration'];
const config = { auth: 'admin' } as const;
const cursorKind = 'failed-media';

const failedSchema = Type.Object({
  mediaId: idSchema,
  ownerId: idSchema,
  filename: Type.String(),
  tries: Type.Integer(),
  error: Type.String({ description: 'For the operator.' }),
  failedAt: timeSchema,
});

export function mediaAdminRoutes(app: App, media: Pick<MediaFeature, 'listFailed' | 'retryFailed'>): void {
  app.get(
    '/v1/admin/media/failed',
    {
      config,
      schema: {
        tags,
        summary: 'Photos and videos that could not be prepared and were laid aside, by id',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(failedSchema) },
      },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const after = decodeCursor(cursorKind, cursor, 1)?.[0] ?? '';
      const all = (await media.listFailed()).filter(({ mediaId }) => mediaId > after);
      all.sort((a, b) => (a.mediaId < b.mediaId ? -1 : 1));
      const items = all.slice(0, limit);
      return {
        items: items.map(({ failedAtMs, ...failed }) => ({ ...failed, failedAt: isoTime(failedAtMs)! })),
        nextCursor: all.length > limit ? encodeCursor(cursorKind, [items.at(-1)!.mediaId]) : null,
      };
    },
  );
  app.post(
    '/v1/admin/media/:id/retry',
    {
      config,
      schema: {
        tags,
        summary: 'Have a photo or video prepared once more that was laid aside',
        params: Type.Object({ id: idSchema }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      if ((await media.retryFailed(request.params.id)) === 0) throw notFound('This was not laid aside.');
      return reply.code(204).send(null);
    },
  );
}
