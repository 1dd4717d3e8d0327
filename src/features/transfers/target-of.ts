import { invalid } from '../../lib/refusal.ts';
import type { Target } from '../files/index.ts';
import type { UploadTarget } from './tables.ts';

/** What is named by `path`, or by `parentId` and `name`. */
export function targetOf({ path, parentId, name }: UploadTarget): Target {
  if (parentId !== undefined) return { parentId, name: name ?? '' };
  if (path === undefined) throw invalid('path', 'Say where: `path`, or `parentId` and `name`.');
  return { path };
}
