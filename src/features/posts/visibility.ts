import type { Id } from '../../lib/ids.ts';
import type { Account } from '../accounts/index.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { PostState, Visibility } from './post.ts';

/** What the rule needs to know of a post. */
export interface Exposure {
  authorId: Id;
  visibility: Visibility;
  state: PostState;
  deletedAtMs: number | null;
}

/** Who may see a post: the one rule, for every read. `viewer` is null where nobody is logged in. */
export function maySee(
  viewer: Pick<ViewerGraph, 'userId' | 'following' | 'blocked'> | null,
  author: Pick<Account, 'state' | 'isPrivate'> | undefined,
  { authorId, visibility, state, deletedAtMs }: Exposure,
): boolean {
  if (deletedAtMs !== null || author?.state !== 'active') return false;
  if (viewer?.userId === authorId) return true;
  if (state !== 'published' || visibility === 'only-me') return false;
  if (viewer?.blocked.has(authorId)) return false;
  if (visibility === 'followers' || author.isPrivate) return viewer?.following.has(authorId) ?? false;
  return true;
}
