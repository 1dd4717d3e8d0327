import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { credentialOf } from '../../http/authentication.ts';
import { type App, caller, isoTime, listLimitDefault, listOf, listQuery } from '../../http/route.ts';
import { isSameOrigin } from '../../http/same-origin.ts';
import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Id } from '../../lib/ids.ts';
import { forbidden, notFound } from '../../lib/refusal.ts';
import type { Accounts } from './accounts.ts';
import { registerAccountAdminRoutes } from './http-admin.ts';
import { cookieText, registerCredentialRoutes } from './http-credentials.ts';
import * as schemas from './http-schemas.ts';
import type { OpenedSession } from './open-session.ts';
import { sessionIdleMs } from './open-session.ts';
import type { Profiles } from './profiles.ts';
import { userSchema } from './user-schema.ts';

const tags = ['Accounts'];
const noContent = { 204: Type.Null({ description: 'Done.' }) };

export interface AccountRoutesDeps {
  accounts: Accounts;
  profiles: Profiles;
  /** Cookies are Secure where it is https. */
  publicUrl: string;
  /** Told, without being waited for, of a profile that somebody else was shown. */
  onProfileVisit?: (viewerId: Id, userId: Id) => void;
}

export function registerAccountRoutes(app: App, deps: AccountRoutesDeps): void {
  registerEntrance(app, deps);
  registerOwnRecord(app, deps);
  registerCredentialRoutes(app, deps);
  registerClosing(app, deps);
  registerAccountAdminRoutes(app, deps);
}

const deviceOf = (request: FastifyRequest) => request.headers['user-agent'] ?? '';

function registerEntrance(app: App, { accounts, profiles, publicUrl }: AccountRoutesDeps): void {
  const enter = async (
    reply: FastifyReply,
    { account, token }: OpenedSession,
    cookie: boolean | undefined,
  ) => {
    if (cookie) reply.header('set-cookie', cookieText(publicUrl, token, sessionIdleMs / 1000));
    // Nobody between here and the client may keep a token.
    reply.header('cache-control', 'no-store').code(201);
    return { user: await profiles.presentOwn(account), token };
  };
  app.post(
    '/v1/users',
    {
      config: { auth: 'none', limit: 'register', idempotent: true },
      schema: {
        tags,
        summary: 'Register',
        description: 'Makes an account and logs in. The very first account is the administrator.',
        body: schemas.registerBody,
        response: { 201: schemas.openedSessionSchema },
      },
    },
    async (request, reply) => {
      const { cookie, ...input } = request.body;
      const opened = await accounts.register({ ...input, device: deviceOf(request) }, request.claim);
      return enter(reply, opened, cookie);
    },
  );
  app.post(
    '/v1/sessions',
    {
      config: { auth: 'none', limit: 'login' },
      schema: {
        tags,
        summary: 'Log in',
        description: 'Brings a deactivated account back, and takes a deletion back that is under way.',
        body: schemas.loginBody,
        response: { 201: schemas.openedSessionSchema },
      },
    },
    async (request, reply) => {
      const { cookie, ...input } = request.body;
      return enter(reply, await accounts.logIn({ ...input, device: deviceOf(request) }), cookie);
    },
  );
  app.post(
    '/v1/password-resets',
    {
      config: { auth: 'none', limit: 'mail' },
      schema: {
        tags,
        summary: 'Ask for a link to choose a new password',
        description: 'The answer is the same whether or not anybody has this address.',
        body: Type.Object({ email: Type.String({ maxLength: 400 }) }),
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      accounts.requestPasswordReset(request.body);
      reply.code(202);
      return {};
    },
  );
  app.put(
    '/v1/password-resets/:token',
    {
      config: { auth: 'none', limit: 'login' },
      schema: {
        tags,
        summary: 'Choose a new password',
        description: 'Ends every session of the account. A link works once, within the hour.',
        params: Type.Object({ token: Type.String({ maxLength: 200 }) }),
        body: schemas.passwordBody,
        response: noContent,
      },
    },
    async (request, reply) => {
      await accounts.resetPassword({ token: request.params.token, password: request.body.password });
      return reply.code(204).send(null);
    },
  );
}

function registerOwnRecord(app: App, { accounts, profiles, onProfileVisit }: AccountRoutesDeps): void {
  app.get(
    '/v1/users/me',
    {
      config: { auth: 'required' },
      schema: { tags, summary: 'One’s own record', response: { 200: schemas.ownUserSchema } },
    },
    async (request) => {
      const account = await accounts.directory.get(caller(request).userId);
      if (!account) throw notFound();
      return profiles.presentOwn(account);
    },
  );
  app.patch(
    '/v1/users/me',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'Change one’s own record',
        description:
          'All fields of a request are changed or none. An account that becomes public accepts everybody who has asked to follow it. A new password ends all other sessions.',
        body: schemas.updateBody,
        response: { 200: schemas.ownUserSchema },
      },
    },
    async (request) => profiles.presentOwn(await accounts.update(caller(request), request.body)),
  );
  app.get(
    '/v1/users/:id',
    {
      config: { auth: 'optional' },
      schema: {
        tags,
        summary: 'A profile',
        params: Type.Object({ id: Type.String({ maxLength: 64, description: 'An id, or `@username`.' }) }),
        response: { 200: userSchema },
      },
    },
    async (request) => {
      const account = await profiles.requireVisible(request.principal, request.params.id);
      const viewerId = request.principal?.userId;
      if (viewerId !== undefined && viewerId !== account.id) onProfileVisit?.(viewerId, account.id);
      return (await profiles.present(request.principal?.userId ?? null, [account]))[0]!;
    },
  );
  app.get(
    '/v1/users/me/history',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'What became of one’s account, newest first',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(schemas.historySchema) },
      },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const before = decodeCursor('account-history', cursor, 1)?.[0];
      const page = await accounts.listHistory(caller(request).userId, { before, limit });
      return {
        items: page.items.map(({ atMs, ...item }) => ({ ...item, at: isoTime(atMs)! })),
        nextCursor: page.next === undefined ? null : encodeCursor('account-history', [page.next]),
      };
    },
  );
}

function registerClosing(app: App, { accounts, publicUrl }: AccountRoutesDeps): void {
  app.post(
    '/v1/users/me/deactivation',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'Deactivate one’s account',
        description: 'Hides it from everyone until its owner logs in again.',
        response: noContent,
      },
    },
    async (request, reply) => {
      await accounts.deactivate(caller(request));
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/v1/users/me/deactivation',
    {
      // A deactivated account's sessions open this door only, so it asks for the credential itself.
      config: { auth: 'none', limit: 'login' },
      schema: {
        tags,
        summary: 'Reactivate one’s account',
        description:
          'With a session of the account, though it counts nowhere else; logging in does the same.',
        response: noContent,
      },
    },
    async (request, reply) => {
      const credential = credentialOf(request);
      const token = credential && 'token' in credential ? credential.token : '';
      if (credential?.kind === 'cookie' && !isSameOrigin(request.headers, new URL(publicUrl).origin)) {
        throw forbidden('This request came from another site.');
      }
      await accounts.reactivate(token);
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/v1/users/me',
    {
      config: { auth: 'required', limit: 'login' },
      schema: {
        tags,
        summary: 'Delete one’s account',
        description: 'Hidden at once, erased for good after 14 days. Logging in before then takes it back.',
        body: schemas.passwordBody,
        response: { 202: Type.Object({ deleteAfter: Type.String({ format: 'date-time' }) }) },
      },
    },
    async (request, reply) => {
      const { deleteAfterMs } = await accounts.requestDeletion(caller(request), request.body);
      reply.code(202);
      return { deleteAfter: isoTime(deleteAfterMs)! };
    },
  );
}
