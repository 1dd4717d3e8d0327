import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerError, problemOf } from '../../http/errors.ts';
import { TransportRefusal } from '../../http/json-body.ts';
import { problemKinds } from '../../http/problems.ts';
import { STATUS_CODES } from '../../lib/node-http.ts';
import { Refusal, type RefusalCode } from '../../lib/refusal.ts';
import { StaleBase } from '../files/index.ts';
import { type DavCondition, DavRefusal, PartlyDone } from './dav-refusal.ts';
import { multistatusHead, multistatusTail, xmlHead } from './multistatus.ts';
import { xmlBytesMax } from './read-xml.ts';
import { escapeXml } from './xml-element.ts';

export const xmlType = 'application/xml; charset=utf-8';
/** How long a body that is read whole may take to arrive. */
const arrivalTimeoutMs = 30_000;

export function sendXml(reply: FastifyReply, status: number, body: string | Readable): FastifyReply {
  return reply.code(status).header('content-type', xmlType).send(body);
}

/** What other refusals come to for clients that know only WebDAV. */
const statuses: Partial<Record<RefusalCode, number>> = {
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'precondition-failed': 412,
  // A name that cannot be, or what makes no sense: clients take it for something that will not work later either.
  invalid: 403,
};

/** The error handler of these routes. What clients should do something about is named as the standard names it. */
export function answerDavError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error);
  if (error instanceof PartlyDone) sendPartlyDone(error, request, reply);
  else if (status === undefined) answerError(error, request, reply);
  else if (error instanceof DavRefusal) sendDavError(reply, status, error);
  else {
    const condition = status === 507 ? 'quota-not-exceeded' : undefined;
    sendDavError(reply, status, { message: (error as Refusal).message, condition });
  }
}

/** Undefined where the rest of the interface has a status for it. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof DavRefusal) return error.status;
  if (error instanceof StaleBase) return 412;
  if (!(error instanceof Refusal)) return undefined;
  return error.code === 'too-large' ? 507 : statuses[error.code];
}

/** What failed after something was done, as section 13 of RFC 4918 wants it. */
function sendPartlyDone({ href, error }: PartlyDone, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error) ?? problemKinds[problemOf(error).code].status;
  if (status === 500) request.log.error(error);
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Failed'}`;
  const response = `<D:response><D:href>${escapeXml(href)}</D:href><D:status>${text}</D:status></D:response>`;
  sendXml(reply, 207, `${multistatusHead}\n${response}${multistatusTail}`);
}

function sendDavError(
  reply: FastifyReply,
  status: number,
  {
    message,
    condition,
    href,
  }: { message: string; condition?: DavCondition | undefined; href?: string | undefined },
): void {
  const where = href === undefined ? '' : `<D:href>${escapeXml(href)}</D:href>`;
  const named = condition === undefined ? '' : `<D:${condition}>${where}</D:${condition}>`;
  const said = `<D:responsedescription>${escapeXml(message)}</D:responsedescription>`;
  sendXml(reply, status, `${xmlHead}<D:error xmlns:D="DAV:">${named}${said}</D:error>\n`);
}

/** A body that is read whole, bounded in size and time. */
export async function readBody(request: FastifyRequest): Promise<Buffer> {
  const body = (request.body ?? request.raw) as Readable;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransportRefusal('timeout', 'The body did not arrive in time.')),
      arrivalTimeoutMs,
    );
  });
  try {
    return await Promise.race([collect(body), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function collect(body: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of body.iterator({ destroyOnReturn: false })) {
      size += (part as Buffer).length;
      if (size > xmlBytesMax) throw new DavRefusal(413, `The body may have at most ${xmlBytesMax} bytes.`);
      parts.push(part as Buffer);
    }
  } catch (error) {
    if (error instanceof DavRefusal) throw error;
    throw new TransportRefusal('malformed', 'The body broke off.');
  }
  return Buffer.concat(parts);
}
