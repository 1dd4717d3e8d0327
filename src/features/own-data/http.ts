import { Type } from 'typebox';
import { type App, caller } from '../../http/route.ts';
import type { OwnData } from './index.ts';

const zip = Type.Unsafe<never>({
  description: 'A zip file',
  content: { 'application/zip': { schema: {} } },
});

export function ownDataRoutes(app: App, { ownData }: { ownData: OwnData }): void {
  app.get(
    '/v1/users/me/export',
    {
      // Answering HEAD would cost as much as making it.
      exposeHeadRoute: false,
      config: { auth: 'required', limit: 'export', isStream: true },
      schema: {
        tags: ['own data'],
        summary: 'Everything of one’s own, to keep',
        description:
          'A zip file of JSON lists (profile, posts, comments, reactions, follows, notifications, history) and original photos and videos, made as it is sent. One that breaks off is asked for again whole.',
        response: { 200: zip },
      },
    },
    async (request, reply) => {
      const { name, bytes } = await ownData.export(caller(request));
      return reply
        .headers({
          'content-type': 'application/zip',
          'content-disposition': `attachment; filename="${name}"`,
          'cache-control': 'private, no-store',
        })
        .send(bytes as never);
    },
  );
}
