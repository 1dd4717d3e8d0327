/**
 * Problem documents (RFC 9457): what every answer of 400 and above is. One table maps each code to its status
 * and title; clients may rely on the codes.
 */
import type { FieldError, RefusalCode } from '../lib/refusal.ts';

/** Codes that only the HTTP layer gives, beside those of `Refusal`. */
export type TransportCode =
  | 'malformed'
  | 'method-not-allowed'
  | 'timeout'
  | 'unsupported-media-type'
  | 'headers-too-large'
  | 'internal';
export type ProblemCode = RefusalCode | TransportCode;

export const problemKinds: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Not logged in' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  timeout: { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'Conflict' },
  'precondition-failed': { status: 412, title: 'Changed meanwhile' },
  'in-progress': { status: 409, title: 'Still in progress' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported content type' },
  invalid: { status: 422, title: 'Invalid fields' },
  'idempotency-mismatch': { status: 422, title: 'Idempotency-Key used for another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'Header fields too large' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Unavailable for now' },
};

export interface Problem {
  code: ProblemCode;
  detail?: string | undefined;
  fields?: readonly FieldError[];
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number | undefined;
  /** Sent as `current`: what is there now. */
  current?: object | undefined;
  /** Sent as `reason`: names the detail. */
  reason?: string | undefined;
  /** Sent as `Allow`. */
  allow?: readonly string[];
}

export const problemContentType = 'application/problem+json; charset=utf-8';

/** The JSON text of a problem document. `requestId` names this one occurrence, as in the log. */
export function problemText({ code, detail, fields, current, reason }: Problem, requestId: string): string {
  const { status, title } = problemKinds[code];
  return JSON.stringify({
    type: `/docs#problem-${code}`,
    title,
    status,
    code,
    detail,
    reason,
    instance: `urn:kith:request:${requestId}`,
    errors: fields?.length ? fields : undefined,
    current,
  });
}
