import { Type } from 'typebox';
import { type App, caller, idSchema } from '../../http/route.ts';
import { type Engagement, viewsMax } from './index.ts';

export function engagementRoutes(app: App, { engagement }: { engagement: Engagement }): void {
  app.post(
    '/v1/views',
    {
      schema: {
        tags: ['posts'],
        summary: 'Tell which posts were looked at, and for how long',
        description:
          'In batches. It serves the order by relevance alone; unknown and hidden posts are ignored, and at most ten minutes a post are counted.',
        body: Type.Object({
          views: Type.Array(Type.Object({ postId: idSchema, dwellMs: Type.Number({ minimum: 0 }) }), {
            maxItems: viewsMax,
          }),
        }),
        response: { 202: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await engagement.recordViews(caller(request), request.body.views);
      return reply.code(202).send(null);
    },
  );
}
