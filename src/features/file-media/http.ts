import { Type } from 'typebox';
import { type App, caller, idSchema } from '../../http/route.ts';
import { nodeJson, nodeSchema } from '../files/index.ts';
import { type createPresenter, mediaSchema } from '../media/index.ts';
import type { FileMediaFeature } from './file-media.ts';

export interface FileMediaRoutesDeps {
  fileMedia: FileMediaFeature;
  present: ReturnType<typeof createPresenter>;
  /** Where people reach this server; undefined: as they asked for it. */
  publicUrl: string | undefined;
  /** Where browsers fetch media, if not from this server. */
  mediaUrl?: string | undefined;
}

const altCharactersMax = 1000;

export function fileMediaRoutes(app: App, deps: FileMediaRoutesDeps): void {
  const { fileMedia, present, publicUrl, mediaUrl } = deps;
  app.post(
    '/v1/media',
    {
      schema: {
        tags: ['media'],
        summary: 'Make a photo or video of a file',
        description:
          'Of any picture or video in Files that one may read, without sending it again; `id` then goes into a post or becomes `avatarMediaId`. What belongs to no post or profile goes after a day; the file stays.',
        body: Type.Object({
          fileId: idSchema,
          versionId: Type.Optional(idSchema),
          alt: Type.Optional(Type.String({ maxLength: altCharactersMax })),
        }),
        response: { 201: mediaSchema },
      },
      config: { auth: 'required', idempotent: true, limit: 'transfer' },
    },
    async (request, reply) => {
      const base = mediaUrl ?? publicUrl ?? `${request.protocol}://${request.host}`;
      const wish = { ...request.body, issue: (path: string) => base + path };
      const medium = await fileMedia.makeMedium(caller(request), wish, request.claim);
      return reply.code(201).send(await present(medium, base));
    },
  );

  app.post(
    '/v1/files',
    {
      schema: {
        tags: ['files'],
        summary: 'Keep one’s own photo or video as a file',
        description:
          'With the bytes that were uploaded, without sending them again. Say where by `path`, or by `parentId` and where wanted `name`; the next free name is taken where that is.',
        body: Type.Object({
          mediaId: idSchema,
          path: Type.Optional(Type.String({ maxLength: 4096 })),
          parentId: Type.Optional(idSchema),
          name: Type.Optional(Type.String({ maxLength: 1020 })),
        }),
        response: { 201: nodeSchema },
      },
      config: { auth: 'required', idempotent: true, limit: 'transfer' },
    },
    async (request, reply) => {
      const node = await fileMedia.saveMedium(caller(request), request.body, request.claim);
      return reply.code(201).send(nodeJson(node));
    },
  );
}
