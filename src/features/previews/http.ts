import { Type } from 'typebox';
import { type App, caller, idSchema } from '../../http/route.ts';
import type { Blobs } from '../../ports/blobs/blobs.ts';
import { sendPreview } from './http-send-preview.ts';
import type { PreviewsFeature } from './previews.ts';
import { previewSizes } from './tables.ts';

const retryAfterSeconds = 1;
/** Not longer than an address of a medium that is not for everybody. */
const keptSeconds = 2 * 3600;
const bytes = Type.Unsafe<never>({ description: 'The picture', content: { 'image/webp': { schema: {} } } });

export function previewRoutes(
  app: App,
  { previews, blobs }: { previews: PreviewsFeature; blobs: Pick<Blobs, 'get' | 'stat'> },
): void {
  app.get(
    '/v1/files/:id/preview',
    {
      schema: {
        tags: ['files'],
        summary: 'A small picture of a picture or video',
        description:
          'Made when somebody first asks: 202 with `Retry-After` until it is there. 404 where there is nothing to show. With `versionId` it may be kept, as it never changes.',
        params: Type.Object({ id: idSchema }),
        querystring: Type.Object({
          size: Type.Optional(
            Type.Enum(previewSizes, { description: '320 or 1280 pixels wide; default `small`.' }),
          ),
          versionId: Type.Optional(idSchema),
        }),
        response: {
          200: bytes,
          202: Type.Object({ state: Type.Literal('waiting') }),
          206: bytes,
          304: Type.Null(),
          416: Type.Null(),
        },
      },
      config: { auth: 'required', limit: 'transfer' },
    },
    async (request, reply) => {
      const { size = 'small', versionId } = request.query;
      const wish = { id: request.params.id, size, versionId };
      const found = await previews.find(caller(request), wish);
      if (!found) {
        reply.code(202).headers({ 'retry-after': String(retryAfterSeconds), 'cache-control': 'no-store' });
        return reply.send({ state: 'waiting' });
      }
      const headers = {
        'cache-control':
          versionId === undefined ? 'private, no-cache' : `private, max-age=${keptSeconds}, immutable`,
        // Whoever uses the same browser next asks for themselves.
        vary: 'Cookie, Authorization',
      };
      return (await sendPreview(request, reply, blobs, { ...found, size, headers })) as never;
    },
  );
}
