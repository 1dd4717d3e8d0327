import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PostState, type Visibility, visibilities } from './post.ts';
import { maySee } from './visibility.ts';

const author = 'author';
const viewers = ['nobody', 'author', 'follower', 'stranger', 'blocked', 'blocked follower'] as const;

function viewerGraph(viewer: (typeof viewers)[number]) {
  if (viewer === 'nobody') return null;
  return {
    userId: viewer,
    following: new Set(viewer.endsWith('follower') ? [author] : []),
    blocked: new Set(viewer.startsWith('blocked') ? [author] : []),
  };
}

/** The rule as a table of who sees a published post of an active author. */
const seers: Record<Visibility, { open: string[]; private: string[] }> = {
  public: { open: ['nobody', 'author', 'follower', 'stranger'], private: ['author', 'follower'] },
  followers: { open: ['author', 'follower'], private: ['author', 'follower'] },
  'only-me': { open: ['author'], private: ['author'] },
};

test('POST-1: who sees a post, over every combination', () => {
  let combinations = 0;
  for (const state of ['active', 'deactivated', 'deleting', 'deleted', undefined] as const)
    for (const isPrivate of [false, true])
      for (const visibility of visibilities)
        for (const postState of ['published', 'pending', 'failed'] satisfies PostState[])
          for (const deletedAtMs of [null, 1])
            for (const viewer of viewers) {
              combinations++;
              const account = state && { state, isPrivate };
              const post = { authorId: author, visibility, state: postState, deletedAtMs };
              const published = seers[visibility][isPrivate ? 'private' : 'open'];
              const allowed = postState === 'published' ? published : ['author'];
              const expected = state === 'active' && deletedAtMs === null && allowed.includes(viewer);
              const label = JSON.stringify({ viewer, account, post });
              assert.equal(maySee(viewerGraph(viewer), account, post), expected, label);
            }
  assert.equal(combinations, 5 * 2 * 3 * 3 * 2 * 6);
});
