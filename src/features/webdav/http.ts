import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rawBodyLimit, receiving, toldBytes, withRawBodies } from '../../http/raw-bodies.ts';
import { type App, caller } from '../../http/route.ts';
import type { Principal } from '../../lib/principal.ts';
import { type Asked, isKnown } from './conditions.ts';
import { hrefOf } from './dav-path.ts';
import { badRequest, DavRefusal } from './dav-refusal.ts';
import { isFolderResource, type Resource, requireNode, versionIn } from './find-resource.ts';
import { answerDavError, readBody, sendXml } from './http-answers.ts';
import {
  conditionsIn,
  depthIn,
  destinationIn,
  hasBody,
  isDeepIn,
  isMinimalIn,
  lockTokenIn,
  modifiedIn,
  namesIn,
  overwritesIn,
  timeoutIn,
} from './http-headers.ts';
import { discoveryOf } from './live-properties.ts';
import { xmlHead } from './multistatus.ts';
import { readLockInfo, readPropertyChanges, readPropertyWish } from './read-requests.ts';
import { xmlBytesMax } from './read-xml.ts';
import type { WebdavFeature } from './webdav.ts';

export interface WebdavRoutesDeps {
  webdav: WebdavFeature;
  /** Where people reach this server; undefined: as they asked for it. */
  publicUrl: string | undefined;
  sendFile: (
    request: FastifyRequest,
    reply: FastifyReply,
    who: Principal,
    id: string,
  ) => Promise<FastifyReply>;
}

const ownMethods = ['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK'] as const;
type Method = (typeof ownMethods)[number] | 'GET' | 'PUT' | 'DELETE' | 'OPTIONS';
const allowed = ['OPTIONS', 'GET', 'HEAD', 'PUT', 'DELETE', ...ownMethods].join(', ');
const paths = ['/dav', '/dav/*'];

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** WebDAV at `/dav/`. */
export function webdavRoutes(app: App, deps: WebdavRoutesDeps): void {
  for (const method of ownMethods) app.addHttpMethod(method, { hasBody: true });
  withRawBodies(app, (scope) => {
    scope.setErrorHandler(answerDavError);
    const handlers = handlersOf(deps);
    for (const method of Object.keys(handlers) as Method[]) {
      for (const url of paths) addRoute(scope, method, url, handlers[method]);
    }
    // Windows asks the root of a server what it can before it asks for the address that it was given.
    addRoute(scope, 'OPTIONS', '/', handlers.OPTIONS);
  });
}

function addRoute(scope: App, method: Method, url: string, handler: Handler): void {
  scope.route({
    method,
    url,
    bodyLimit: method === 'PUT' ? rawBodyLimit : xmlBytesMax,
    schema: { hide: true } as object,
    config: { auth: method === 'OPTIONS' ? 'none' : 'app-password', limit: 'transfer' },
    handler: (request, reply) => handler(request, reply as FastifyReply),
  });
}

function handlersOf(deps: WebdavRoutesDeps): Record<Method, Handler> {
  const publicHost = deps.publicUrl === undefined ? [] : [new URL(deps.publicUrl).host];
  const hostsOf = (request: FastifyRequest) => [request.host, ...publicHost];
  const ask = (request: FastifyRequest): Asked => ({
    who: caller(request),
    names: namesIn(request),
    conditions: conditionsIn(request, hostsOf(request)),
  });
  return {
    OPTIONS: async (_request, reply) => sendOptions(reply),
    ...readingHandlers(deps, ask),
    ...writingHandlers(deps, ask, hostsOf),
    ...lockingHandlers(deps, ask),
  };
}

type Ask = (request: FastifyRequest) => Asked;

const sendOptions = (reply: FastifyReply) =>
  reply
    .code(200)
    .headers({ dav: '1, 2, 3', 'ms-author-via': 'DAV', allow: allowed, 'content-length': '0' })
    .send('');

function readingHandlers({ webdav, sendFile }: WebdavRoutesDeps, ask: Ask) {
  return {
    async GET(request, reply) {
      const asked = ask(request);
      const { ifNoneMatch, ...others } = asked.conditions;
      // That a client has it already is no refusal to somebody who reads.
      const conditions = { ...others, ifNoneMatch: undefined };
      const { found } = await webdav.situationOf({ ...asked, conditions });
      if (isFolderResource(found)) return reply.header('content-type', 'text/plain').send(folderText);
      const { node } = requireNode(found, 'read');
      reply.header('last-modified', new Date(node.entry!.modifiedAtMs).toUTCString());
      if (isKnown(asked.conditions, found)) {
        return reply.code(304).header('etag', tagOf(found)).send();
      }
      return sendFile(request, reply, asked.who, node.id);
    },
    async PROPFIND(request, reply) {
      const asked = ask(request);
      const depth = depthIn(request.headers);
      const wish = readPropertyWish(await readBody(request));
      if (depth === 'infinity') {
        throw new DavRefusal(403, 'Folders are listed one by one.', 'propfind-finite-depth');
      }
      const situation = await webdav.situationOf(asked);
      if (situation.found.kind === 'absent') throw new DavRefusal(404, 'Nothing is here, or not for you.');
      const isMinimal = isMinimalIn(request.headers);
      const pieces = webdav.findProperties(asked.who, situation, { wish, isDeep: depth === '1', isMinimal });
      const first = await pieces.next();
      if (isMinimal) reply.header('preference-applied', 'return=minimal');
      return sendXml(reply, 207, Readable.from(withFirst(first.value ?? '', pieces), { objectMode: false }));
    },
  } satisfies Partial<Record<Method, Handler>>;
}

const folderText = 'This is a folder for WebDAV. Open its address as a network drive to see what it holds.\n';

const tagOf = (found: Resource) => `"${versionIn(found)}"`;

/** What was found while a refusal could still be answered, and the rest as it is taken. */
async function* withFirst(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

function writingHandlers(
  { webdav }: WebdavRoutesDeps,
  ask: Ask,
  hostsOf: (request: FastifyRequest) => readonly string[],
) {
  const transferIn = (request: FastifyRequest) => ({
    to: destinationIn(request.headers, hostsOf(request)),
    overwrites: overwritesIn(request.headers),
    isDeep: isDeepIn(request.headers),
  });
  const sendPlaced = (reply: FastifyReply, isNew: boolean, names: readonly string[]) =>
    isNew ? reply.code(201).header('location', hrefOf(names, false)).send('') : reply.code(204).send();
  return {
    PUT: (request, reply) =>
      receiving(request, (source) => put(webdav, ask(request), request, reply, source)),
    async MKCOL(request, reply) {
      const asked = ask(request);
      if (hasBody(request.headers)) throw new DavRefusal(415, 'A folder is made without a body.');
      await webdav.makeCollection(asked);
      return reply.code(201).send('');
    },
    async DELETE(request, reply) {
      await webdav.remove(ask(request));
      return reply.code(204).send();
    },
    async COPY(request, reply) {
      const transfer = transferIn(request);
      return sendPlaced(reply, await webdav.copy(ask(request), transfer), transfer.to);
    },
    async MOVE(request, reply) {
      const transfer = transferIn(request);
      return sendPlaced(reply, await webdav.move(ask(request), transfer), transfer.to);
    },
    async PROPPATCH(request, reply) {
      const asked = ask(request);
      const changes = readPropertyChanges(await readBody(request));
      const situation = await webdav.situationOf(asked);
      return sendXml(reply, 207, await webdav.patchProperties(asked.who, situation, changes));
    },
  } satisfies Partial<Record<Method, Handler>>;
}

async function put(
  webdav: WebdavFeature,
  asked: Asked,
  request: FastifyRequest,
  reply: FastifyReply,
  source: AsyncIterable<Uint8Array>,
): Promise<FastifyReply> {
  if (request.headers['content-range'] !== undefined) throw badRequest('Files are sent whole.');
  const modifiedAtMs = modifiedIn(request.headers);
  const upload = { source, sizeBytes: toldBytes(request), modifiedAtMs };
  const { isNew, resource } = await webdav.put(asked, upload);
  if (modifiedAtMs !== undefined) reply.header('x-oc-mtime', 'accepted');
  reply.header('etag', tagOf(resource));
  return isNew ? reply.code(201).send('') : reply.code(204).send();
}

function lockingHandlers({ webdav }: WebdavRoutesDeps, ask: Ask) {
  return {
    async LOCK(request, reply) {
      const asked = ask(request);
      const isDeep = isDeepIn(request.headers);
      const timeoutMs = timeoutIn(request.headers);
      const info = readLockInfo(await readBody(request));
      const wish = info && { ...info, isDeep, timeoutMs };
      const { resource, lock, locks, isNew } = await webdav.lock(asked, wish, timeoutMs);
      const discovery = discoveryOf(resource, locks, webdav.clock.nowMs());
      if (wish) reply.header('lock-token', `<${lock.token}>`);
      return sendXml(
        reply,
        isNew ? 201 : 200,
        `${xmlHead}<D:prop xmlns:D="DAV:"><D:lockdiscovery>${discovery}</D:lockdiscovery></D:prop>\n`,
      );
    },
    async UNLOCK(request, reply) {
      const asked = ask(request);
      const token = lockTokenIn(request.headers);
      const { found } = await webdav.situationOf(asked);
      await webdav.unlock(asked.who, requireNode(found, 'write'), token);
      return reply.code(204).send();
    },
  } satisfies Partial<Record<Method, Handler>>;
}
