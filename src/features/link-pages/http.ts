import { timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieValue } from '../../http/authentication.ts';
import { TransportRefusal } from '../../http/json-body.ts';
import type { App } from '../../http/route.ts';
import { pageHeaders } from '../../http/security-headers.ts';
import { forbidden, notFound, Refusal } from '../../lib/refusal.ts';
import type { Contents } from '../contents/index.ts';
import type { FilesFeature, LinkPass, ShownNode } from '../files/index.ts';
import { type LinkPreviewsDeps, sendPreviewOf, withPreviews } from './http-previews.ts';
import { absentPage, filePage, folderPage, passwordPage, uploadPage } from './link-page.ts';
import { boundaryIn, formParts } from './multipart.ts';
import { linkPagePolicy } from './page-style.ts';

export interface LinkPageDeps extends LinkPreviewsDeps {
  files: FilesFeature;
  contents: Pick<Contents, 'store'>;
  sendFile: (
    request: FastifyRequest,
    reply: FastifyReply,
    pass: LinkPass,
    id: string,
  ) => Promise<FastifyReply>;
  /** A folder with all it holds. */
  zip: (pass: LinkPass, folder: ShownNode) => Readable;
}

const cookieName = 'kith_link';
const cookieSeconds = 86_400;
const passwordFormBytesMax = 4096;
const pageItems = 200;

const headers = {
  ...pageHeaders(linkPagePolicy),
  'cache-control': 'private, no-store',
  // Whoever has the address has what it opens: it goes nowhere else.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
};
const hidden = { hide: true } as object;

/** Pages for whoever has a link. They work without script; nothing in them is cached. */
export function linkPageRoutes(app: App, deps: LinkPageDeps): void {
  app.get('/s/:token', { schema: hidden, config: { auth: 'none', limit: 'read' } }, (request, reply) =>
    orAbsent(reply, () => showPage(deps, request, reply)),
  );
  app.get(
    '/s/:token/files/:id',
    { schema: hidden, config: { auth: 'none', limit: 'transfer' } },
    (request, reply) => orAbsent(reply, () => sendOne(deps, request, reply)),
  );
  app.get(
    '/s/:token/files/:id/preview',
    { schema: hidden, config: { auth: 'none', limit: 'transfer' } },
    (request, reply) => orAbsent(reply, () => sendPreview(deps, request, reply)),
  );
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    const options = { parseAs: 'string' as const, bodyLimit: passwordFormBytesMax };
    scope.addContentTypeParser('application/x-www-form-urlencoded', options, (request, body, done) => {
      const { token } = request.params as { token: string };
      const password = new URLSearchParams(String(body)).get('password') ?? '';
      // Guesses at one link are counted as guesses at one account are.
      done(null, { password, login: `link ${token.slice(0, 11)}` });
    });
    scope.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload));
    formRoutes(scope as unknown as App, deps);
  });
}

function formRoutes(app: App, deps: LinkPageDeps): void {
  app.post('/s/:token', { schema: hidden, config: { auth: 'none', limit: 'login' } }, (request, reply) =>
    orAbsent(reply, () => takePassword(deps, request, reply)),
  );
  app.post(
    '/s/:token/upload/:id',
    { bodyLimit: Number.MAX_SAFE_INTEGER, schema: hidden, config: { auth: 'none', limit: 'transfer' } },
    (request, reply) => orAbsent(reply, () => takeFiles(deps, request, reply)),
  );
}

const baseOf = (request: FastifyRequest) =>
  `/s/${encodeURIComponent((request.params as { token: string }).token)}`;

/** A page for people, where a program would get a problem document. */
async function orAbsent(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    const isAbsent = error instanceof Refusal && (error.code === 'not-found' || error.code === 'invalid');
    if (!isAbsent) throw error;
    return reply.code(404).headers(headers).send(absentPage());
  }
}

/** The link's pass, if a password is not needed or was given; undefined where it is still wanted. */
async function passOf({ files }: LinkPageDeps, request: FastifyRequest): Promise<LinkPass | undefined> {
  const { token } = request.params as { token: string };
  const { pass, needsPassword, passwordMark } = await files.openLink(token);
  if (!needsPassword) return pass;
  const given = Buffer.from(cookieValue(request.headers.cookie ?? '', cookieName) ?? '');
  const mark = Buffer.from(passwordMark);
  return given.length === mark.length && timingSafeEqual(given, mark) ? pass : undefined;
}

async function showPage(
  deps: LinkPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { files } = deps;
  const base = baseOf(request);
  const pass = await passOf(deps, request);
  reply.headers(headers);
  if (!pass) return reply.send(passwordPage(base, false));
  const { folder, cursor, sent } = request.query as Record<string, unknown>;
  const said = typeof sent === 'string' && /^\d{1,4}$/.test(sent) ? saidOf(Number(sent)) : null;
  if (pass.role === 'uploader') return reply.send(uploadPage(base, { id: pass.nodeId }, said));
  const id = typeof folder === 'string' ? folder : pass.nodeId;
  const node = await files.get(pass, { id });
  if (node.entry?.kind === 'file') {
    return reply.send(filePage(base, node, await withPreviews(deps, pass, [node])));
  }
  const from = typeof cursor === 'string' ? cursor : undefined;
  const list = await files.list(pass, { id }, { limit: pageItems, cursor: from });
  const mayAdd = pass.role === 'editor';
  const pictured = await withPreviews(deps, pass, list.items);
  return reply.send(
    folderPage(base, { folder: node, above: node.parentId, ...list, pictured, mayAdd, said }),
  );
}

const saidOf = (count: number) => (count === 1 ? 'One file was sent.' : `${count} files were sent.`);

async function takePassword(
  deps: LinkPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { token } = request.params as { token: string };
  const { pass, passwordMark } = await deps.files.openLink(token);
  const { password } = (request.body ?? {}) as { password?: string };
  const base = baseOf(request);
  if (!(await deps.files.checkLinkPassword(pass, password ?? ''))) {
    return reply.code(403).headers(headers).send(passwordPage(base, true));
  }
  const secure = request.protocol === 'https' ? '; Secure' : '';
  const cookie = `${cookieName}=${passwordMark}; Path=${base}; Max-Age=${cookieSeconds}; HttpOnly; SameSite=Lax${secure}`;
  return reply.code(303).headers(headers).header('set-cookie', cookie).header('location', base).send('');
}

/** What an address asks for, of what may be read by the link. */
async function readable(
  deps: LinkPageDeps,
  request: FastifyRequest,
): Promise<{ pass: LinkPass; node: ShownNode }> {
  const pass = await passOf(deps, request);
  if (!pass || pass.role === 'uploader') throw notFound();
  const { id } = request.params as { id: string };
  return { pass, node: await deps.files.get(pass, { id }) };
}

async function sendPreview(
  deps: LinkPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { node } = await readable(deps, request);
  return sendPreviewOf(deps, request, reply, node);
}

async function sendOne(
  deps: LinkPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { pass, node } = await readable(deps, request);
  // A download that goes on is the same one.
  const isBegun = /^bytes=0*[1-9]/.test(request.headers.range ?? '');
  if (request.method === 'GET' && !isBegun) await deps.files.countDownload(pass);
  if (node.entry?.kind === 'file') return deps.sendFile(request, reply, pass, node.id);
  const name = encodeURIComponent(`${node.entry?.name ?? 'files'}.zip`).replace(/['()*]/g, '_');
  reply.headers({
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
  });
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : deps.zip(pass, node));
}

async function takeFiles(
  deps: LinkPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { files, contents } = deps;
  const pass = await passOf(deps, request);
  const boundary = boundaryIn(request.headers['content-type']);
  if (!pass || boundary === undefined) throw notFound();
  if (pass.role === 'viewer') throw forbidden('This link is for reading only.');
  const { id } = request.params as { id: string };
  const body = (request.body ?? request.raw) as Readable;
  let sent = 0;
  try {
    for await (const part of formParts(body, boundary)) {
      if (part.name !== 'file' || !part.filename) continue;
      const target = { parentId: id, name: part.filename };
      const { bytesMax } = await files.checkWrite(pass, target);
      const content = await contents.store(pass.driveId, part.body, { bytesMax });
      await files.write(pass, target, { content });
      sent++;
    }
  } catch (error) {
    if (body.errored) throw new TransportRefusal('malformed', 'The body broke off.');
    throw error;
  }
  const folder = id === pass.nodeId ? '' : `&folder=${encodeURIComponent(id)}`;
  return reply
    .code(303)
    .headers(headers)
    .header('location', `${baseOf(request)}?sent=${sent}${folder}`)
    .send('');
}
