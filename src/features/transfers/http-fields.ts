import { Type } from 'typebox';
import { idSchema, timeSchema } from '../../http/route.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import { nodeJson, StaleBase } from '../files/index.ts';
import type { WrittenFile } from './whole-files.ts';

export const targetFields = {
  path: Type.Optional(
    Type.String({ maxLength: 4096, description: 'In one’s own files, such as `/Photos/2026/a.jpg`.' }),
  ),
  parentId: Type.Optional(idSchema),
  name: Type.Optional(Type.String({ maxLength: 1020, description: 'With `parentId`.' })),
  modifiedAt: Type.Optional({ ...timeSchema, description: 'When the file was changed where it comes from.' }),
};

/** The named fields that are there, without the time. Two places are refused. */
export function targetIn({ path, parentId, name }: { path?: string; parentId?: string; name?: string }) {
  if (path !== undefined && parentId !== undefined) {
    throw invalid('path', 'Either a path, or a folder and a name.');
  }
  return {
    ...(path !== undefined && { path }),
    ...(parentId !== undefined && { parentId }),
    ...(name !== undefined && { name }),
  };
}

export function timeIn(text: string | undefined, field = 'modifiedAt'): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) throw invalid(field, 'This is no time such as 2026-01-31T12:00:00Z.');
  return ms;
}

/** Says what is there now, where a write was based on something older. */
export async function orStale<Result>(
  work: Promise<Result>,
  code: 'conflict' | 'precondition-failed',
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StaleBase)) throw error;
    throw new Refusal(code, error.message, error.found ? { current: nodeJson(error.found) } : {});
  }
}

export const writtenJson = ({ node }: WrittenFile) => nodeJson(node);
