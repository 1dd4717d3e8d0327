/** What the headers of requests say. */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Conditions } from './conditions.ts';
import { namesOnPath, pathOnHost } from './dav-path.ts';
import { badRequest, DavRefusal } from './dav-refusal.ts';
import { parseIf } from './if-header.ts';
import { lockMsMax, lockMsMin } from './take-locks.ts';

const text = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header;

export function namesIn(request: FastifyRequest): string[] {
  const names = namesOnPath(request.raw.url ?? request.url);
  if (!names) throw new DavRefusal(404, 'Nothing is here, or not for you.');
  return names;
}

export function conditionsIn(request: FastifyRequest, hosts: readonly string[]): Conditions {
  const { headers } = request;
  const ifHeader = text(headers['if']);
  return {
    ifLists: ifHeader === undefined ? [] : parseIf(ifHeader),
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSinceMs: timeOf(headers['if-modified-since']),
    ifUnmodifiedSinceMs: timeOf(headers['if-unmodified-since']),
    namesOf(address) {
      const path = pathOnHost(address, hosts);
      return path === undefined ? undefined : namesOnPath(path);
    },
  };
}

function timeOf(header: string | undefined): number | undefined {
  const ms = Date.parse(header ?? '');
  return Number.isFinite(ms) ? ms : undefined;
}

export type Depth = '0' | '1' | 'infinity';

/** Without the header: to the very bottom. */
export function depthIn({ depth }: IncomingHttpHeaders): Depth {
  const given = text(depth)?.trim().toLowerCase() ?? 'infinity';
  if (given !== '0' && given !== '1' && given !== 'infinity') throw badRequest('The Depth cannot be read.');
  return given;
}

/** The same where only the folder itself and the very bottom make sense. */
export function isDeepIn(headers: IncomingHttpHeaders): boolean {
  const depth = depthIn(headers);
  if (depth === '1') throw badRequest('This Depth makes no sense here.');
  return depth === 'infinity';
}

export function overwritesIn({ overwrite }: IncomingHttpHeaders): boolean {
  const given = text(overwrite)?.trim().toUpperCase() ?? 'T';
  if (given !== 'T' && given !== 'F') throw badRequest('Overwrite is T or F.');
  return given === 'T';
}

/** Some clients send names as they are, which headers are not made for. */
function utf8In(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}

/** The names where something is to go, on this server. */
export function destinationIn({ destination }: IncomingHttpHeaders, hosts: readonly string[]): string[] {
  const given = utf8In(text(destination)?.trim() ?? '');
  if (!given) throw badRequest('Say where, by a Destination.');
  const path = pathOnHost(given, hosts);
  const names = path === undefined ? undefined : namesOnPath(path);
  if (!names) throw new DavRefusal(502, 'This server puts nothing there.');
  return names;
}

/** How long a lock is to last; the first that is understood of what the client would like. */
export function timeoutIn({ timeout }: IncomingHttpHeaders): number {
  for (const wish of (text(timeout) ?? '').split(',')) {
    const seconds = /^\s*second-(\d{1,12})\s*$/i.exec(wish)?.[1];
    if (seconds !== undefined) return Math.min(lockMsMax, Math.max(lockMsMin, Number(seconds) * 1000));
    if (/^\s*infinite\s*$/i.test(wish)) return lockMsMax;
  }
  return lockMsMax;
}

export function lockTokenIn(headers: IncomingHttpHeaders): string {
  const [, token] = /^\s*<([^<>\s]+)>\s*$/.exec(text(headers['lock-token']) ?? '') ?? [];
  if (token === undefined) throw badRequest('Say which lock, by a Lock-Token.');
  return token;
}

/** When a file was changed where it comes from, in seconds, as some clients say it. */
export function modifiedIn(headers: IncomingHttpHeaders): number | undefined {
  const [seconds] = /^\d{1,11}(\.\d{1,9})?$/.exec(text(headers['x-oc-mtime']) ?? '') ?? [];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}

export function isMinimalIn({ brief, prefer }: IncomingHttpHeaders): boolean {
  return text(brief)?.toLowerCase() === 't' || /\breturn=minimal\b/i.test(text(prefer) ?? '');
}

/** Whether a body comes along. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
