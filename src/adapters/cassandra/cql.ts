/** What this adapter says to Cassandra, as one narrow interface: tests put faults between it and the engine. */
export type CqlValue = string | number | bigint | null | readonly string[];

export interface Statement {
  cql: string;
  params: readonly CqlValue[];
}

/** Why a statement was sent; counted, so that the cost of an operation can be asserted and watched. */
export type StatementKind =
  | 'outbox'
  | 'claim'
  | 'decide'
  | 'marker'
  | 'then'
  | 'confirm'
  | 'release'
  | 'mark'
  | 'read'
  | 'scan'
  | 'sweep'
  | 'fold'
  | 'trim'
  | 'stretch'
  | 'import'
  | 'ping';

export interface CqlRequest {
  kind: StatementKind;
  /** Several go as one unlogged batch, in one partition. */
  statements: readonly Statement[];
  /** Reads only: `serial` sees the outcome of every conditional write that has one. */
  level?: 'quorum' | 'serial';
  /** A lightweight transaction: never sent again by the session, because its outcome may be unknown. */
  conditional?: boolean;
  fetchSize?: number;
  pageState?: string | undefined;
}

export type CqlRow = Record<string, unknown>;

export interface CqlAnswer {
  rows: CqlRow[];
  pageState: string | undefined;
  /** Of a conditional request: whether it took effect. */
  applied: boolean;
}

export interface CqlSession {
  run(request: CqlRequest): Promise<CqlAnswer>;
}

/** The engine did not answer in time or not surely: what was sent may have taken effect, may yet, or never will. */
export class UnknownOutcome extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnknownOutcome';
  }
}

export const one = (
  kind: StatementKind,
  cql: string,
  params: readonly CqlValue[],
  rest: Partial<CqlRequest> = {},
): CqlRequest => ({ kind, statements: [{ cql, params }], ...rest });

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Stamps and times are bigints in CQL and fit a number here. */
export const numberOf = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
