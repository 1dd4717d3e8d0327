import { Type } from 'typebox';
import { idSchema, timeSchema } from '../../http/route.ts';
import { invalid } from '../../lib/refusal.ts';
import { nodeJson } from '../files/index.ts';
import type { WrittenFile } from './whole-files.ts';

export const targetFields = {
  path: Type.Optional(
    Type.String({ maxLength: 4096, description: 'In one’s own files, such as `/Photos/2026/a.jpg`.' }),
  ),
  parentId: Type.Optional(idSchema),
  name: Type.Optional(Type.String({ maxLength: 1020, description: 'With `parentId`.' })),
  modifiedAt: Type.Optional({ ...timeSchema, description: 'When the file was changed where it comes from.' }),
};

export function timeIn(text: string | undefined, field = 'modifiedAt'): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) throw invalid(field, 'This is no time such as 2026-01-31T12:00:00Z.');
  return ms;
}

export const writtenJson = ({ node }: WrittenFile) => nodeJson(node);
