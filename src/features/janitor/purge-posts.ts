import type { Id } from '../../lib/ids.ts';
import type { DuePurge } from '../purging/index.ts';
import type { Step, StepsContext } from './steps.ts';

const postsMax = 5;
const commentsMax = 20;

/** A bounded part of a deleted post and all under it; true when nothing is left. The post's row goes last. */
export async function purgePostPart(
  { posts, comments, reactions }: Pick<StepsContext, 'posts' | 'comments' | 'reactions'>,
  id: Id,
): Promise<boolean> {
  const post = await posts.get(id);
  if (!post || post.deletedAtMs === null) return true;
  return (await reactions.purgeOfPost(id)) && (await comments.purgeOfPost(id)) && (await posts.purge(id));
}

/** Posts whose grace is over. */
export function purgePosts(context: StepsContext): Step {
  const { queue, clock, settings } = context;
  return {
    doing: 'purging deleted posts',
    async run() {
      const due = await queue.due('post', clock.nowMs() - settings.postGraceMs, postsMax);
      return workThrough(context, due, (id) => purgePostPart(context, id));
    },
  };
}

/** What deleted comments said before they were edited. */
export function purgeComments(context: StepsContext): Step {
  const { queue, clock, comments } = context;
  return {
    doing: 'purging earlier versions of deleted comments',
    async run() {
      const due = await queue.due('comment', clock.nowMs(), commentsMax);
      return workThrough(context, due, (id) => comments.purgeRevisions(id));
    },
  };
}

/** One that fails keeps its place and does not hold up the others. */
export async function workThrough(
  { queue, report }: Pick<StepsContext, 'queue' | 'report'>,
  due: readonly DuePurge[],
  purge: (id: Id) => Promise<boolean>,
): Promise<number> {
  let worked = 0;
  for (const each of due) {
    try {
      if (await purge(each.subjectId)) await queue.done(each);
      worked++;
    } catch (error) {
      report(error, `purging the ${each.kind} ${each.subjectId}`);
    }
  }
  return worked;
}
