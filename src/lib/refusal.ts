/**
 * The ways an operation can refuse. A closed set: `src/http` maps each code to a status once, and clients
 * may rely on the codes.
 */
export const refusalCodes = [
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'precondition-failed',
  'too-large',
  'invalid',
  'idempotency-mismatch',
  'in-progress',
  'rate-limited',
  'unavailable',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export interface FieldError {
  field: string;
  message: string;
  /** Names the message, for clients with words of their own; may be missing. */
  code?: string;
  /** The number that the message speaks of. */
  limit?: number;
}

/** Thrown by operations when a request cannot be fulfilled as asked; nothing has changed. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  /** What is there now, as the interface shows it: for whoever based a write on something older. */
  readonly current: object | undefined;
  /** Names the message, where the code alone says too little for clients with words of their own. */
  readonly reason: string | undefined;
  constructor(
    code: RefusalCode,
    message: string,
    options: {
      fields?: readonly FieldError[];
      retryAfterSeconds?: number;
      current?: object;
      reason?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.current = options.current;
    this.reason = options.reason;
  }
}

export const notFound = (what = 'Nothing is here, or not for you.') => new Refusal('not-found', what);
export const forbidden = (message: string, reason?: string) =>
  new Refusal('forbidden', message, reason === undefined ? {} : { reason });
export const invalid = (field: string, message: string, code?: string, limit?: number) =>
  new Refusal('invalid', message, {
    fields: [{ field, message, ...(code !== undefined && { code }), ...(limit !== undefined && { limit }) }],
  });
