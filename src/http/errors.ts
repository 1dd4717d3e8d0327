import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from '../lib/node-http.ts';
import { Refusal } from '../lib/refusal.ts';
import { TransportRefusal } from './json-body.ts';
import { type Problem, type ProblemCode, problemContentType, problemKinds, problemText } from './problems.ts';
import type { Routes } from './routes.ts';
import { nothingPolicy } from './security-headers.ts';
import { explainErrors, type SchemaError } from './validation.ts';

const unavailableRetrySeconds = 2;
const challengeFallback = 'Bearer';

/** What to tell the client about anything thrown. Only what is expected is explained; the rest is `internal`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) {
    const { code, message, fields, current, reason } = error;
    const waits = code === 'unavailable' || code === 'in-progress' || code === 'rate-limited';
    const retryAfterSeconds = error.retryAfterSeconds ?? (waits ? unavailableRetrySeconds : undefined);
    return { code, detail: message, fields, retryAfterSeconds, current, reason };
  }
  if (error instanceof TransportRefusal) return { code: error.problemCode, detail: error.message };
  const { code, kind, validation, validationContext } = (error ?? {}) as {
    code?: unknown;
    kind?: unknown;
    validation?: SchemaError[];
    validationContext?: string;
  };
  if (validation) return invalidProblem(validation, validationContext);
  if (typeof code === 'string' && code.startsWith('FST_')) return frameworkProblem(code);
  if (error instanceof Error && typeof kind === 'string') return engineProblem(kind);
  return { code: 'internal' };
}

function invalidProblem(errors: readonly SchemaError[], context: string | undefined): Problem {
  // What a path cannot name does not exist.
  if (context === 'params') return { code: 'not-found', detail: 'Nothing is here, or not for you.' };
  const fields = explainErrors(errors);
  return { code: 'invalid', detail: fields[0]?.message, fields };
}

/** Errors of ports (records, log, blobs, …) say their kind. */
function engineProblem(kind: string): Problem {
  const retryAfterSeconds = unavailableRetrySeconds;
  if (kind === 'full') {
    return { code: 'unavailable', detail: 'The disk is full. Reading still works.', retryAfterSeconds: 60 };
  }
  if (kind === 'unavailable' || kind === 'closed') {
    return {
      code: 'unavailable',
      detail: 'This cannot be done right now. Please try again.',
      retryAfterSeconds,
    };
  }
  return { code: 'internal' };
}

function frameworkProblem(code: string): Problem {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'too-large', detail: 'The body is larger than is accepted here.' };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return { code: 'unsupported-media-type', detail: 'Send JSON, with Content-Type: application/json.' };
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return { code: 'malformed', detail: 'The body and its length or type do not agree.' };
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { code: 'malformed', detail: 'The address cannot be read.' };
    default:
      return { code: 'internal' };
  }
}

/** Answers with a problem document. Headers of a half-made answer (a type, a length) do not survive. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { retryAfterSeconds, allow, code } = problem;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
  if (allow?.length) reply.header('allow', allow.join(', '));
  if (code === 'unauthenticated' && !reply.hasHeader('www-authenticate')) {
    reply.header('www-authenticate', challengeFallback);
  }
  return reply
    .code(problemKinds[code].status)
    .header('content-type', problemContentType)
    .header('x-request-id', request.id)
    .header('content-security-policy', nothingPolicy)
    .send(problemText(problem, request.id));
}

/** Fastify's error handler: the one place where what was thrown becomes an answer. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  const { status } = problemKinds[problem.code];
  if (status >= 500) {
    const where = { method: request.method, route: request.routeOptions.url, status, err: error };
    if (problem.code === 'internal') request.log.error(where, 'a request failed');
    else request.log.warn(where, 'a request could not be served');
  }
  sendProblem(request, reply, problem);
}

/** Unknown paths, and known ones asked in a way they do not answer. */
export function answerNotFound(routes: Routes, measure?: (request: FastifyRequest, status: number) => void) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const allow = routes.methodsAt(request.url);
    sendProblem(
      request,
      reply,
      allow.length === 0
        ? { code: 'not-found', detail: 'Nothing is here, or not for you.' }
        : { code: 'method-not-allowed', detail: `This takes ${allow.join(', ')}.`, allow },
    );
    measure?.(request, reply.statusCode);
  };
}

/** For what cannot even be routed, where no hook has run: an address that does not decode, a parameter too long. */
export function answerUnroutable(headers: Readonly<Record<string, string>>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers(headers);
    answerError(error, request, reply);
  };
}

/** For bytes that are no HTTP request, or stop half-way: answers on the bare socket and closes it. */
export function answerBrokenRequest(headers: Readonly<Record<string, string>>) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const code = brokenRequestCode(error.code);
    const text = problemText({ code }, 'unread');
    const lines = [
      `HTTP/1.1 ${problemKinds[code].status} ${STATUS_CODES[problemKinds[code].status]}`,
      `content-type: ${problemContentType}`,
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
  };
}

function brokenRequestCode(code: string | undefined): ProblemCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'malformed';
}
