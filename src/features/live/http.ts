import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { type Authenticators, credentialOf } from '../../http/authentication.ts';
import { type App, caller, idSchema } from '../../http/route.ts';
import type { PubSub } from '../../ports/pubsub/pubsub.ts';
import type { Authenticator } from '../accounts/index.ts';
import { announce, type Live, type Sink } from './index.ts';

/** Posts that one request may name. */
const postIdsMax = 100;
const postsCharactersMax = 2000;

export interface LiveRouteDeps {
  live: Live;
  pubsub: PubSub;
  authenticators: Pick<Authenticators, 'byToken'> & Pick<Authenticator, 'hasAppPassword'>;
}

const description = `Server-sent events. Each carries JSON:
- \`ready\` {streamId}: what happens from now on is told; fetch the page after it.
- \`post\` {postId, authorId, feedKey, what, post}: of somebody followed, or one's own, published or made visible.
- \`post-changed\` {postId, what: "edited" with the post, or "removed"}: one that this stream was shown; at once where one that was named cannot be seen.
- \`counts\` {postId, counts}: likes, comments and reactions of a post that this stream was shown.
- \`notification\` {unread, notification}: the number of unread ones and the newest; also sent at the beginning.
- \`media\` {mediaId, state, progress?, error?}: one of the caller's photos or videos is further on, can be shown, or failed.
- \`change\`: the caller's files changed; ask \`/v1/changes\`.
- \`reset\`: too much happened since \`Last-Event-ID\`; fetch afresh.
- \`end\`: the session has ended.

A stream was shown the posts named in \`posts\`, those delivered by it, and those named since with PUT; the newest 200.`;

export function liveRoutes(app: App, { live, pubsub, authenticators }: LiveRouteDeps): void {
  app.addHook('preClose', () => live.drain());

  app.get(
    '/v1/stream',
    {
      // HEAD would open a stream and never be answered.
      exposeHeadRoute: false,
      schema: {
        tags: ['live'],
        summary: 'What changes for an open page, as it happens',
        description,
        produces: ['text/event-stream'],
        querystring: Type.Object({
          posts: Type.Optional(
            Type.String({
              maxLength: postsCharactersMax,
              description: 'Ids of posts that the page shows already, with commas between; at most 100.',
            }),
          ),
        }),
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({ maxLength: 64, description: 'Goes on after the last event that was received.' }),
          ),
        }),
        response: { 200: { content: { 'text/event-stream': { schema: Type.String() } } } },
      },
      config: { auth: 'required', isStream: true },
    },
    async (request, reply) => {
      const principal = caller(request);
      const { userId } = principal;
      const credential = credentialOf(request);
      const isStillValid = async () => {
        if (credential?.kind === 'bearer' || credential?.kind === 'cookie')
          return (await authenticators.byToken(credential.token))?.userId === userId;
        // Basic and Digest take app passwords only.
        return authenticators.hasAppPassword(principal);
      };
      await live.open({
        userId,
        lastEventId: request.headers['last-event-id'],
        postIds: (request.query.posts ?? '').split(',').filter(Boolean).slice(0, postIdsMax),
        isStillValid,
        connect: (closed) => {
          reply.raw.once('close', closed);
          // It may have gone while it was being admitted; then no event will say so.
          if (request.raw.socket.destroyed) setImmediate(closed);
          return connect(reply);
        },
      });
      return reply;
    },
  );

  app.put(
    '/v1/stream/:streamId/posts',
    {
      schema: {
        tags: ['live'],
        summary: 'Name posts that a page shows now, so that its stream tells of their changes',
        params: Type.Object({ streamId: Type.String({ maxLength: 64 }) }),
        body: Type.Object({ postIds: Type.Array(idSchema, { maxItems: postIdsMax }) }),
        response: { 204: Type.Null() },
      },
      config: { auth: 'required', limit: 'read' },
    },
    async (request, reply) => {
      const { streamId } = request.params;
      announce(pubsub, caller(request).userId, { type: 'watch', streamId, postIds: request.body.postIds });
      return reply.code(204).send(null);
    },
  );
}

function connect(reply: FastifyReply): Sink {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Without it nginx holds the events back.
    'x-accel-buffering': 'no',
  });
  return {
    write: (text) => {
      if (!raw.writableEnded && !raw.destroyed) raw.write(text);
      return raw.writableLength;
    },
    end: () => {
      raw.end();
    },
    destroy: () => {
      raw.destroy();
    },
  };
}
