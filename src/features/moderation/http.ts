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
  timeSchema,
} from '../../http/route.ts';
import { shortUserSchema } from '../posts/index.ts';
import type { Moderation, ReportView } from './index.ts';
import { reportReasons, resolutionActions, subjectKinds } from './report.ts';

const note = Type.Optional(Type.String({ description: 'To 2,000 bytes of UTF-8.' }));
const sentSchema = Type.Object({
  id: idSchema,
  reason: Type.Enum([...reportReasons]),
  createdAt: timeSchema,
});
const reportSchema = Type.Object({
  id: idSchema,
  subject: Type.Object({
    kind: Type.Enum([...subjectKinds]),
    id: idSchema,
    owner: Type.Union([shortUserSchema, Type.Null()], { description: 'Who answers for it.' }),
    text: Type.Union([Type.String(), Type.Null()], {
      description: 'The words of a post or comment as they are now; null where they are gone.',
    }),
  }),
  reporter: nullable(shortUserSchema),
  reason: Type.Enum([...reportReasons]),
  note: Type.String(),
  createdAt: timeSchema,
  resolution: nullable(
    Type.Object({
      action: Type.Enum([...resolutionActions]),
      note: Type.String(),
      byId: idSchema,
      at: timeSchema,
    }),
  ),
});
const historySchema = Type.Array(
  Type.Object({ what: Type.String(), byId: idSchema, note: Type.String(), at: timeSchema }),
);
const params = Type.Object({ id: idSchema });

function reportJson({ report, reporter, owner, text }: ReportView) {
  const { id, subject, reason, note: words, createdAtMs, resolution } = report;
  return {
    id,
    subject: { ...subject, owner, text },
    reporter,
    reason,
    note: words,
    createdAt: isoTime(createdAtMs)!,
    resolution: resolution && {
      action: resolution.action,
      note: resolution.note,
      byId: resolution.byId,
      at: isoTime(resolution.atMs)!,
    },
  };
}

export function moderationRoutes(app: App, { moderation }: { moderation: Moderation }): void {
  app.post(
    '/v1/reports',
    {
      schema: {
        tags: ['moderation'],
        summary: 'Report a post, a comment or an account to the administrators',
        description: 'Name exactly one of them. Reporting it again answers 200 with the same report.',
        body: Type.Object({
          postId: Type.Optional(idSchema),
          commentId: Type.Optional(idSchema),
          userId: Type.Optional(idSchema),
          reason: Type.Enum([...reportReasons]),
          note,
        }),
        response: { 200: sentSchema, 201: sentSchema },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const { report, isNew } = await moderation.report(caller(request), request.body, request.claim);
      const { id, reason, createdAtMs } = report;
      return reply.code(isNew ? 201 : 200).send({ id, reason, createdAt: isoTime(createdAtMs)! });
    },
  );
  adminRoutes(app, moderation);
}

function adminRoutes(app: App, moderation: Moderation): void {
  app.get(
    '/v1/admin/reports',
    {
      schema: {
        tags: ['moderation'],
        summary: 'Reports, those that wait longest first',
        querystring: Type.Object({
          ...listQuery,
          state: Type.Optional(Type.Enum(['open', 'resolved'], { description: 'Default `open`.' })),
        }),
        response: { 200: listOf(reportSchema) },
      },
      config: { auth: 'admin' },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor, state = 'open' } = request.query;
      const page = await moderation.list(caller(request), { state, limit, cursor });
      return { items: page.items.map(reportJson), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/v1/admin/reports/:id',
    {
      schema: {
        tags: ['moderation'],
        summary: 'One report with its history',
        params,
        response: { 200: Type.Object({ ...reportSchema.properties, history: historySchema }) },
      },
      config: { auth: 'admin' },
    },
    async (request) => {
      const { history, ...view } = await moderation.view(caller(request), request.params.id);
      return {
        ...reportJson(view),
        history: history.map(({ atMs, ...event }) => ({ ...event, at: isoTime(atMs)! })),
      };
    },
  );

  app.post(
    '/v1/admin/reports/:id/resolution',
    {
      schema: {
        tags: ['moderation'],
        summary: 'Settle a report',
        description:
          'Anything but `dismiss` settles every open report of the same subject. 409 where it is settled already.',
        params,
        body: Type.Object({ action: Type.Enum([...resolutionActions]), note }),
        response: { 200: reportSchema },
      },
      config: { auth: 'admin' },
    },
    async (request) => {
      const principal = caller(request);
      const { id } = await moderation.resolve(principal, request.params.id, request.body);
      return reportJson(await moderation.view(principal, id));
    },
  );
}
