import { RecordsError } from '../../ports/records/records.ts';

/** Why a store did not open, in one line for the operator. Nothing was changed. */
export class StoreOpenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreOpenError';
  }
}

/**
 * `full`: roll back, refuse, go on reading. `fatal`: what is on the disk is no longer known (after a failed
 * fsync the kernel may have dropped the pages), so the process must end and recover by opening anew.
 * `refused`: this transaction failed, the database is well.
 */
export type FailureKind = 'full' | 'fatal' | 'refused';

const codes = {
  busy: 5,
  locked: 6,
  nomem: 7,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  protocol: 15,
  notadb: 26,
  /** The wal-index could not grow: the disk is full. */
  ioerrShmSize: 10 | (19 << 8),
};
const fatalCodes = new Set([
  codes.nomem,
  codes.readonly,
  codes.ioerr,
  codes.corrupt,
  codes.cantopen,
  codes.protocol,
  codes.notadb,
]);

export function failureKind(error: unknown): FailureKind {
  const code = sqliteCode(error);
  // A counter row that does not parse: one row's trouble, and ending the process would not help it.
  if (error instanceof SyntaxError) return 'refused';
  if (code === undefined) return 'fatal';
  if ((code & 0xff) === codes.full || code === codes.ioerrShmSize) return 'full';
  return fatalCodes.has(code & 0xff) ? 'fatal' : 'refused';
}

export function isDamage(error: unknown): boolean {
  const code = (sqliteCode(error) ?? 0) & 0xff;
  return code === codes.corrupt || code === codes.notadb;
}

export function isBusy(error: unknown): boolean {
  const code = (sqliteCode(error) ?? 0) & 0xff;
  return code === codes.busy || code === codes.locked;
}

/** The engine's extended result code; undefined for an error that is not the engine's. */
function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

export function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  return code === undefined ? text : `${text} (SQLite ${code})`;
}

export function readError(error: unknown): RecordsError {
  return new RecordsError('unavailable', `the database cannot be read: ${describe(error)}`, { cause: error });
}

export const fullError = () => new RecordsError('full', 'The disk is full: nothing was written.');
export const closedError = () => new RecordsError('closed', 'The store is closed.');
