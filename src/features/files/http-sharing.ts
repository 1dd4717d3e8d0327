import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type App,
  caller,
  idSchema,
  isoTime,
  listOf,
  listQuery,
  nullable,
  timeSchema,
} from '../../http/route.ts';
import { invalid } from '../../lib/refusal.ts';
import type { FilesFeature } from './files.ts';
import { pageOf } from './http-paging.ts';
import type { LinkTerms, NamedLink } from './links.ts';
import { nodeSchema } from './node-schema.ts';
import { nodeJson } from './present-nodes.ts';
import { linkRoles, type SharedRole } from './share.ts';
import type { Share } from './shares.ts';

export interface SharingRoutesDeps {
  files: FilesFeature;
  publicUrl: string | undefined;
  personOf: (reference: string) => Promise<string | undefined>;
}

const params = Type.Object({ id: idSchema });
const shareParams = Type.Object({ id: idSchema, shareId: idSchema });
const role = Type.Enum([...linkRoles], {
  description: 'Of a link also `uploader`: puts files into the folder and sees nothing of it.',
});
const terms = {
  role: Type.Optional(role),
  password: Type.Optional(
    nullable(Type.String({ maxLength: 200, description: 'Of a link. Null for none.' })),
  ),
  expiresAt: Type.Optional(nullable(timeSchema)),
  downloadsMax: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Of a link: afterwards it opens nothing.',
      }),
    ),
  ),
};

const shareSchema = Type.Object(
  {
    id: Type.String(),
    role,
    createdAt: timeSchema,
    userId: nullable(Type.String({ description: 'Of a share with a person.' })),
    url: nullable(Type.String({ description: 'Of a link.' })),
    hasPassword: Type.Boolean(),
    expiresAt: nullable(timeSchema),
    downloadsMax: nullable(Type.Integer()),
    downloads: Type.Integer(),
  },
  {
    description: 'Who may see or change a file or folder and all it holds: a person, or whoever has a link.',
  },
);

const personJson = ({ userId, role: granted, createdAtMs }: Share) => ({
  id: userId,
  role: granted,
  createdAt: isoTime(createdAtMs)!,
  userId,
  url: null,
  hasPassword: false,
  expiresAt: null,
  downloadsMax: null,
  downloads: 0,
});

const linkJson = (link: NamedLink, base: string) => ({
  id: link.id,
  role: link.role,
  createdAt: isoTime(link.createdAtMs)!,
  userId: null,
  url: `${base}/s/${link.token}`,
  hasPassword: link.passwordHash !== null,
  expiresAt: isoTime(link.expiresAtMs),
  downloadsMax: link.downloadsMax,
  downloads: link.downloads,
});

const termsOf = (body: { expiresAt?: string | null } & Omit<LinkTerms, 'expiresAtMs'>): LinkTerms => {
  const { expiresAt, ...rest } = body;
  if (expiresAt === undefined) return rest;
  return { ...rest, expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt) };
};

/** What a share with a person can say; the rest is for links. */
function sharedRole(given: object & { role?: (typeof linkRoles)[number] }): SharedRole {
  const { role: wanted = 'viewer', ...rest } = given;
  for (const [field, value] of Object.entries(rest)) {
    if (value !== undefined && value !== null) throw invalid(field, 'This is for links alone.');
  }
  if (wanted === 'uploader') throw invalid('role', 'Only links can be for uploading alone.');
  return wanted;
}

export function sharingRoutes(app: App, { files, publicUrl, personOf }: SharingRoutesDeps): void {
  const baseOf = (request: FastifyRequest) => publicUrl ?? `${request.protocol}://${request.host}`;

  app.post(
    '/v1/files/:id/shares',
    {
      schema: {
        tags: ['files'],
        summary: 'Share a file or folder, with a person or by a link',
        description:
          'With `userId` or `username`: a person; asked again it changes the role. With `link`: whoever has the address, which the answer tells.',
        params,
        body: Type.Object({
          userId: Type.Optional(Type.String({ maxLength: 64 })),
          username: Type.Optional(Type.String({ maxLength: 64 })),
          link: Type.Optional(Type.Boolean()),
          ...terms,
        }),
        response: { 200: shareSchema, 201: shareSchema },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      const { userId, username, link, ...given } = request.body;
      const { id } = request.params;
      if (link) {
        const made = await files.makeLink(caller(request), id, termsOf(given));
        return reply.code(201).send(linkJson(made, baseOf(request)));
      }
      // Hidden is hidden before anything is told about people.
      await files.get(caller(request), { id });
      const field = userId === undefined ? 'username' : 'userId';
      const person = await personOf(userId ?? `@${(username ?? '').replace(/^@/, '').toLowerCase()}`);
      if (person === undefined) throw invalid(field, 'There is nobody of this name to share with.');
      const { share, isNew } = await files.share(caller(request), id, {
        userId: person,
        role: sharedRole(given),
      });
      return reply.code(isNew ? 201 : 200).send(personJson(share));
    },
  );

  app.get(
    '/v1/files/:id/shares',
    {
      schema: {
        tags: ['files'],
        summary: 'Whom one’s file or folder is shared with, and its links',
        description: 'What a folder above it is shared with is told there.',
        params,
        response: { 200: Type.Object({ items: Type.Array(shareSchema) }) },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const { id } = request.params;
      const [people, links] = await Promise.all([
        files.shares(caller(request), id),
        files.links(caller(request), id),
      ]);
      return { items: [...people.map(personJson), ...links.map((each) => linkJson(each, baseOf(request)))] };
    },
  );

  app.patch(
    '/v1/files/:id/shares/:shareId',
    {
      schema: {
        tags: ['files'],
        summary: 'Change what a share or link allows',
        params: shareParams,
        body: Type.Object(terms),
        response: { 200: shareSchema },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const { id, shareId } = request.params;
      const shares = await files.shares(caller(request), id);
      if (!shares.some(({ userId }) => userId === shareId)) {
        const changed = await files.changeLink(caller(request), id, shareId, termsOf(request.body));
        return linkJson(changed, baseOf(request));
      }
      const changed = await files.share(caller(request), id, {
        userId: shareId,
        role: sharedRole(request.body),
      });
      return personJson(changed.share);
    },
  );

  app.delete(
    '/v1/files/:id/shares/:shareId',
    {
      schema: {
        tags: ['files'],
        summary: 'End a share or link, at once',
        description: 'Who it is for can give it up as well: `shareId` is then one’s own id.',
        params: shareParams,
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      const { id, shareId } = request.params;
      await files.endShareOrLink(caller(request), id, shareId);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/v1/shared-with-me',
    {
      schema: {
        tags: ['files'],
        summary: 'What others share with one',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(nodeSchema) },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const page = await files.sharedWithMe(caller(request), pageOf(request.query));
      await files.fillChecksums(page.items, ({ entry }) => entry?.content);
      return { items: page.items.map(nodeJson), nextCursor: page.nextCursor };
    },
  );
}
