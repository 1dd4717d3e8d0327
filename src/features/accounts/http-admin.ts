import { Type } from 'typebox';
import {
  type App,
  caller,
  idSchema,
  isoTime,
  listLimitDefault,
  listOf,
  listQuery,
} from '../../http/route.ts';
import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import * as schemas from './http-schemas.ts';
import type { Invitation } from './invitations.ts';

const tags = ['Administration'];
const idParams = Type.Object({ id: idSchema });
const noContent = { 204: Type.Null({ description: 'Done.' }) };
const config = { auth: 'admin' } as const;

export interface AccountAdminRoutesDeps {
  accounts: Accounts;
  publicUrl: string;
}

export function registerAccountAdminRoutes(app: App, deps: AccountAdminRoutesDeps): void {
  registerPeople(app, deps);
  registerInvitations(app, deps);
}

const adminUser = (account: Account) => {
  const { id, username, displayName, email, isAdmin, isPrivate, state } = account;
  const createdAt = isoTime(account.createdAtMs)!;
  const lastLoginAt = isoTime(account.lastLoginAtMs);
  return { id, username, displayName, email, isAdmin, isPrivate, state, createdAt, lastLoginAt };
};

function registerPeople(app: App, { accounts }: AccountAdminRoutesDeps): void {
  app.get(
    '/v1/admin/users',
    {
      config,
      schema: {
        tags,
        summary: 'All accounts, newest first',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(schemas.adminUserSchema) },
      },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const place = decodeCursor('admin-users', cursor, 2);
      const before = place && { month: place[0]!, id: place[1]! };
      const { items, next } = await accounts.listAccounts(caller(request), { before, limit });
      return {
        items: items.map(adminUser),
        nextCursor: next ? encodeCursor('admin-users', [next.month, next.id]) : null,
      };
    },
  );
  app.put(
    '/v1/admin/users/:id/closure',
    {
      config,
      schema: {
        tags,
        summary: 'Close an account',
        description: 'Hidden from everyone, and its owner cannot log in, until an administrator reopens it.',
        params: idParams,
        response: noContent,
      },
    },
    async (request, reply) => {
      await accounts.closeAsAdmin(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/v1/admin/users/:id/closure',
    { config, schema: { tags, summary: 'Reopen an account', params: idParams, response: noContent } },
    async (request, reply) => {
      await accounts.reopenAsAdmin(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.put(
    '/v1/admin/users/:id/role',
    {
      config,
      schema: {
        tags,
        summary: 'Make somebody an administrator, or take that away',
        params: idParams,
        body: Type.Object({ isAdmin: Type.Boolean() }),
        response: noContent,
      },
    },
    async (request, reply) => {
      await accounts.setRole(caller(request), request.params.id, request.body);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/admin/users/:id/password-reset',
    {
      config,
      schema: {
        tags,
        summary: 'Make a link by which somebody chooses a new password',
        description: 'To hand over where there is no mail. Works once, within the hour.',
        params: idParams,
        response: { 201: schemas.resetLinkSchema },
      },
    },
    async (request, reply) => {
      const { url, expiresAtMs } = await accounts.createResetLink(caller(request), request.params.id);
      reply.header('cache-control', 'no-store').code(201);
      return { url, expiresAt: isoTime(expiresAtMs)! };
    },
  );
}

function registerInvitations(app: App, { accounts, publicUrl }: AccountAdminRoutesDeps): void {
  const present = ({ createdBy: _, createdAtMs, expiresAtMs, revokedAtMs, ...invitation }: Invitation) => ({
    ...invitation,
    url: `${publicUrl}/register?invitation=${invitation.code}`,
    createdAt: isoTime(createdAtMs)!,
    expiresAt: isoTime(expiresAtMs)!,
    revokedAt: isoTime(revokedAtMs),
  });
  app.post(
    '/v1/admin/invitations',
    {
      config: { ...config, idempotent: true },
      schema: {
        tags,
        summary: 'Invite',
        description: 'A code that lets people register: once and within 14 days, if nothing else is said.',
        body: schemas.invitationBody,
        response: { 201: schemas.invitationSchema },
      },
    },
    async (request, reply) => {
      const { uses: usesMax, ...input } = request.body;
      const invitation = await accounts.createInvitation(
        caller(request),
        { ...input, usesMax },
        request.claim,
      );
      reply.code(201);
      return present(invitation);
    },
  );
  app.get(
    '/v1/admin/invitations',
    {
      config,
      schema: {
        tags,
        summary: 'Invitations, newest first',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(schemas.invitationSchema) },
      },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const before = decodeCursor('invitations', cursor, 1)?.[0];
      const { items, next } = await accounts.listInvitations(caller(request), { before, limit });
      return {
        items: items.map(present),
        nextCursor: next === undefined ? null : encodeCursor('invitations', [next]),
      };
    },
  );
  app.delete(
    '/v1/admin/invitations/:id',
    { config, schema: { tags, summary: 'Revoke an invitation', params: idParams, response: noContent } },
    async (request, reply) => {
      await accounts.revokeInvitation(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}
