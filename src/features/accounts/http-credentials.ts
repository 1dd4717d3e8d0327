import { Type } from 'typebox';
import { sessionCookie } from '../../http/authentication.ts';
import { type App, caller, idSchema, isoTime, listOf } from '../../http/route.ts';
import type { Accounts } from './accounts.ts';
import * as schemas from './http-schemas.ts';

const tags = ['Accounts'];
const idParams = Type.Object({ id: idSchema });
const noContent = { 204: Type.Null({ description: 'Done.' }) };

export interface CredentialRoutesDeps {
  accounts: Accounts;
  publicUrl: string;
}

export function registerCredentialRoutes(app: App, deps: CredentialRoutesDeps): void {
  registerSessions(app, deps);
  registerAppPasswords(app, deps);
}

export function cookieText(publicUrl: string, token: string, maxAgeSeconds: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${sessionCookie}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
}

function registerSessions(app: App, { accounts, publicUrl }: CredentialRoutesDeps): void {
  app.get(
    '/v1/sessions',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'One’s sessions, newest first',
        response: { 200: listOf(schemas.sessionSchema) },
      },
    },
    async (request) => {
      const sessions = await accounts.listSessions(caller(request));
      const items = sessions.map(({ createdAtMs, lastSeenAtMs, ...session }) => ({
        ...session,
        createdAt: isoTime(createdAtMs)!,
        lastSeenAt: isoTime(lastSeenAtMs)!,
      }));
      return { items, nextCursor: null };
    },
  );
  app.delete(
    '/v1/sessions/current',
    {
      config: { auth: 'required' },
      schema: { tags, summary: 'Log out', response: noContent },
    },
    async (request, reply) => {
      await accounts.endCurrentSession(caller(request));
      return reply
        .header('set-cookie', cookieText(publicUrl, '', 0))
        .code(204)
        .send(null);
    },
  );
  app.delete(
    '/v1/sessions/:id',
    {
      config: { auth: 'required' },
      schema: { tags, summary: 'End a session', params: idParams, response: noContent },
    },
    async (request, reply) => {
      await accounts.endSession(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function registerAppPasswords(app: App, { accounts }: CredentialRoutesDeps): void {
  app.post(
    '/v1/users/me/app-passwords',
    {
      config: { auth: 'required', idempotent: true },
      schema: {
        tags,
        summary: 'Make an app password',
        description:
          'For scripts and file clients: as a bearer token, with Basic (the username and this), or with HTTP Digest (SHA-256).',
        body: Type.Object({ name: Type.String({ maxLength: 200 }) }),
        response: { 201: schemas.createdAppPasswordSchema },
      },
    },
    async (request, reply) => {
      const created = await accounts.createAppPassword(caller(request), request.body, request.claim);
      reply.header('cache-control', 'no-store').code(201);
      return created;
    },
  );
  app.get(
    '/v1/users/me/app-passwords',
    {
      config: { auth: 'required' },
      schema: {
        tags,
        summary: 'One’s app passwords, newest first',
        response: { 200: listOf(schemas.appPasswordSchema) },
      },
    },
    async (request) => {
      const all = await accounts.listAppPasswords(caller(request));
      const items = all.map(({ id, name, createdAtMs, lastUsedAtMs }) => ({
        id,
        name,
        createdAt: isoTime(createdAtMs)!,
        lastUsedAt: isoTime(lastUsedAtMs),
      }));
      return { items, nextCursor: null };
    },
  );
  app.delete(
    '/v1/users/me/app-passwords/:id',
    {
      config: { auth: 'required' },
      schema: { tags, summary: 'Remove an app password', params: idParams, response: noContent },
    },
    async (request, reply) => {
      await accounts.revokeAppPassword(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}
