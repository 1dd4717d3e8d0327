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
} from '../../http/route.ts';
import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Principal } from '../../lib/principal.ts';
import { type Profiles, userSchema } from '../accounts/index.ts';
import type { GraphFeature } from './graph.ts';
import type { PageInput, PeoplePage } from './list-people.ts';

const tags = ['Graph'];
const idParams = Type.Object({ id: Type.String({ maxLength: 64, description: 'An id, or `@username`.' }) });
const noContent = { 204: Type.Null({ description: 'Done, or done before.' }) };
const required = { auth: 'required' } as const;
const peopleSchema = listOf(userSchema);

export interface GraphRoutesDeps {
  graph: GraphFeature;
  profiles: Profiles;
}

export function registerGraphRoutes(app: App, deps: GraphRoutesDeps): void {
  registerFollowing(app, deps);
  registerLists(app, deps);
  registerRequests(app, deps);
  registerHiding(app, deps);
}

function pageInput(kind: string, query: { limit?: number; cursor?: string }): PageInput {
  const { limit = listLimitDefault, cursor } = query;
  return { before: decodeCursor(kind, cursor, 1)?.[0], limit };
}

const nextCursor = (kind: string, next: string | undefined) =>
  next === undefined ? null : encodeCursor(kind, [next]);

async function presentPage(
  profiles: Profiles,
  viewer: Principal | null,
  kind: string,
  { items, next }: PeoplePage,
) {
  return {
    items: await profiles.present(viewer?.userId ?? null, items),
    nextCursor: nextCursor(kind, next),
  };
}

function registerFollowing(app: App, { graph }: GraphRoutesDeps): void {
  const state = Type.Object({ state: Type.Union([Type.Literal('following'), Type.Literal('requested')]) });
  app.post(
    '/v1/follow',
    {
      config: { ...required, idempotent: true },
      schema: {
        tags,
        summary: 'Follow somebody',
        description:
          'A private account is asked first: the state is then `requested`. 200 where it stood already.',
        body: Type.Object({
          followeeId: Type.String({ maxLength: 64, description: 'An id, or `@username`.' }),
          followerId: Type.Optional(Type.String({ maxLength: 64, description: 'If given, the caller.' })),
          followedDateTime: Type.Optional(
            Type.String({
              maxLength: 64,
              pattern: '^[ -~]*$',
              description: 'The client’s own time, kept beside ours.',
            }),
          ),
        }),
        response: { 200: state, 201: state },
      },
    },
    async (request, reply) => {
      const { followedDateTime: clientTime, ...input } = request.body;
      const { state, created } = await graph.follow(caller(request), { ...input, clientTime }, request.claim);
      reply.code(created ? 201 : 200);
      return { state };
    },
  );
  app.delete(
    '/v1/follow/:id',
    {
      config: required,
      schema: {
        tags,
        summary: 'Stop following, or take a request back',
        params: idParams,
        response: noContent,
      },
    },
    async (request, reply) => {
      await graph.unfollow(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/v1/users/me/followers/:id',
    {
      config: required,
      schema: {
        tags,
        summary: 'Send a follower away',
        params: Type.Object({ id: idSchema }),
        response: noContent,
      },
    },
    async (request, reply) => {
      await graph.removeFollower(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function registerLists(app: App, { graph, profiles }: GraphRoutesDeps): void {
  const lists = [
    { name: 'followers', summary: 'Who follows somebody, newest first', read: graph.listFollowers },
    { name: 'following', summary: 'Whom somebody follows, newest first', read: graph.listFollowing },
  ];
  for (const { name, summary, read } of lists) {
    app.get(
      `/v1/users/:id/${name}`,
      {
        config: { auth: 'optional' },
        schema: {
          tags,
          summary,
          description: 'Of a private account for its followers and itself only.',
          params: idParams,
          querystring: Type.Object(listQuery),
          response: { 200: peopleSchema },
        },
      },
      async (request) => {
        const viewer = request.principal;
        const { id } = request.params;
        const reference = id === 'me' && viewer ? viewer.userId : id;
        const account = await profiles.requireVisible(viewer, reference);
        const page = await read(viewer, account, pageInput(name, request.query));
        return presentPage(profiles, viewer, name, page);
      },
    );
  }
  app.get(
    '/v1/follow-history',
    {
      config: required,
      schema: {
        tags,
        summary: 'Whom one followed and left, newest first',
        querystring: Type.Object(listQuery),
        response: {
          200: listOf(
            Type.Object({
              id: Type.String(),
              followeeId: Type.String(),
              kind: Type.String({
                description: '`followed`, `requested`, `accepted`, `ended` or `request-ended`.',
              }),
              at: Type.String({ format: 'date-time' }),
              clientTime: nullable(Type.String()),
            }),
          ),
        },
      },
    },
    async (request) => {
      const page = await graph.listFollowHistory(caller(request), pageInput('follow-history', request.query));
      return {
        items: page.items.map(({ atMs, ...item }) => ({ ...item, at: isoTime(atMs)! })),
        nextCursor: nextCursor('follow-history', page.next),
      };
    },
  );
}

function registerRequests(app: App, { graph, profiles }: GraphRoutesDeps): void {
  const params = Type.Object({ userId: idSchema });
  app.get(
    '/v1/follow-requests',
    {
      config: required,
      schema: {
        tags,
        summary: 'Who asks to follow one, newest first',
        querystring: Type.Object(listQuery),
        response: { 200: peopleSchema },
      },
    },
    async (request) => {
      const viewer = caller(request);
      const page = await graph.listRequests(viewer, pageInput('follow-requests', request.query));
      return presentPage(profiles, viewer, 'follow-requests', page);
    },
  );
  app.put(
    '/v1/follow-requests/:userId',
    { config: required, schema: { tags, summary: 'Accept a request', params, response: noContent } },
    async (request, reply) => {
      await graph.acceptRequest(caller(request), request.params.userId);
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/v1/follow-requests/:userId',
    { config: required, schema: { tags, summary: 'Turn a request down', params, response: noContent } },
    async (request, reply) => {
      await graph.rejectRequest(caller(request), request.params.userId);
      return reply.code(204).send(null);
    },
  );
}

function registerHiding(app: App, { graph, profiles }: GraphRoutesDeps): void {
  const kinds = [
    {
      path: '/v1/blocks',
      put: { summary: 'Block somebody', description: 'Neither sees the other, and follows end both ways.' },
      remove: 'Unblock somebody',
      list: 'Whom one blocks',
      set: graph.block,
      unset: graph.unblock,
      read: graph.listBlocked,
    },
    {
      path: '/v1/mutes',
      put: {
        summary: 'Mute somebody',
        description: 'Keeps their posts out of one’s feed. They cannot tell.',
      },
      remove: 'Unmute somebody',
      list: 'Whom one mutes',
      set: graph.mute,
      unset: graph.unmute,
      read: graph.listMuted,
    },
  ];
  for (const { path, put, remove, list, set, unset, read } of kinds) {
    app.get(
      path,
      {
        config: required,
        schema: { tags, summary: list, querystring: Type.Object(listQuery), response: { 200: peopleSchema } },
      },
      async (request) => {
        const viewer = caller(request);
        const page = await read(viewer, pageInput(path, request.query));
        return presentPage(profiles, viewer, path, page);
      },
    );
    app.put(
      `${path}/:id`,
      { config: required, schema: { tags, ...put, params: idParams, response: noContent } },
      async (request, reply) => {
        await set(caller(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
    app.delete(
      `${path}/:id`,
      { config: required, schema: { tags, summary: remove, params: idParams, response: noContent } },
      async (request, reply) => {
        await unset(caller(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
  }
}
