import type { Id } from '../../lib/ids.ts';
import { enqueuePurge } from '../purging/index.ts';
import { purgePostPart, workThrough } from './purge-posts.ts';
import type { Step, StepsContext } from './steps.ts';

const accountsMax = 5;

/**
 * Makes the deletion of accounts final whose time has come. What they left is queued first: once the account is
 * erased nothing else would lead to it.
 */
export function eraseDueAccounts({ accounts, records, ids }: StepsContext): Step {
  return {
    doing: 'erasing accounts',
    async run() {
      const due = await accounts.accountsDueForErasure({ limit: accountsMax });
      for (const id of due) {
        await records.commit({
          decide: [enqueuePurge('account', ids.next(), id)],
          hints: [{ kind: 'purge.queued', key: id, data: { userId: id } }],
        });
        await accounts.eraseAccount(id);
      }
      return due.length;
    },
  };
}

/** Takes away what erased accounts left, without the grace of a single deleted post: theirs is over. */
export function eraseContent(context: StepsContext): Step {
  const { queue, clock } = context;
  return {
    doing: 'erasing what erased accounts left',
    async run() {
      const due = await queue.due('account', clock.nowMs(), accountsMax);
      return workThrough(context, due, (id) => eraseContentPart(context, id));
    },
  };
}

async function eraseContentPart(context: StepsContext, userId: Id): Promise<boolean> {
  const { directory, posts, comments, reactions, erasers = [] } = context;
  // Its owner came back between queueing and erasing.
  if ((await directory.get(userId))?.state !== 'deleted') return true;
  const hidden = await posts.eraseOf(userId);
  for (const postId of hidden) if (!(await purgePostPart(context, postId))) return false;
  if (hidden.length > 0) return false;
  for (const erase of [comments.eraseOf, reactions.eraseOf, ...erasers]) {
    if (!(await erase(userId))) return false;
  }
  return true;
}
