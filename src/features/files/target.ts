import { invalid } from '../../lib/refusal.ts';

/** Where something is or goes: a path in one's own drive, a name in a folder, or a node itself. */
export type Target = { path: string } | { parentId: string; name: string } | { id: string };

/** A place as somebody says it. */
export interface SaidPlace {
  path?: string | undefined;
  parentId?: string | undefined;
  name?: string | undefined;
}

/** What is said by `path`, or by `parentId` and `name`. Both, or neither, are refused. */
export function targetOf({ path, parentId, name = '' }: SaidPlace): Exclude<Target, { id: string }> {
  if (path !== undefined && parentId !== undefined)
    throw invalid('path', 'Either a path, or a folder and a name.');
  if (parentId !== undefined) return { parentId, name };
  if (path === undefined) throw invalid('path', 'Say where: `path`, or `parentId` and `name`.');
  return { path };
}
