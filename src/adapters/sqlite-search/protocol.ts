/** What the two kinds of thread are asked, and how failures travel back. */
import { SearchError } from '../../ports/search/search.ts';

export interface WorkerRequest {
  call: number;
  operation: string;
  argument: unknown;
}

export type WorkerAnswer =
  | { call: number; ok: true; result: unknown }
  | { call: number; ok: false; kind: SearchError['kind']; message: string };

export interface WorkerStart {
  role: 'writer' | 'reader';
  file: string;
  windowMax: number | undefined;
}

const corruptCodes = new Set([11, 26]);

/** The file itself is bad, or something else went wrong. */
export function kindOf(error: unknown): SearchError['kind'] {
  if (error instanceof SearchError) return error.kind;
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && corruptCodes.has(code & 0xff) ? 'broken' : 'unavailable';
}
