import type { Id } from '../../lib/ids.ts';
import type { Audience, SearchChange } from '../../ports/search/search.ts';
import { popularityOf } from '../../ports/search/text.ts';
import type { Account } from '../accounts/index.ts';
import type { Post, PostCounts } from '../posts/index.ts';
import type { SearchDeps } from './context.ts';

/** What the index is to hold about each of these posts, by the truth as it is now. At most 1000. */
export async function postChanges(
  { posts, accounts }: Pick<SearchDeps, 'posts' | 'accounts'>,
  found: readonly { id: Id; post: Post | undefined }[],
): Promise<SearchChange[]> {
  const shown = found.flatMap(({ post }) => (post && isSearchable(post) ? [post] : []));
  const authorIds = [...new Set(shown.map(({ authorId }) => authorId))];
  const [authors, counts] = await Promise.all([
    accounts.getMany(authorIds),
    shown.length > 0 ? posts.counts(shown.map(({ id }) => id)) : [],
  ]);
  const authorOf = new Map(authorIds.map((id, i) => [id, authors[i]]));
  const countsOf = new Map(shown.map(({ id }, i) => [id, counts[i]]));
  return found.map(({ id, post }) => {
    const author = post && authorOf.get(post.authorId);
    if (!post || !author || author.state === 'deleted' || !countsOf.has(id)) return { op: 'remove-post', id };
    return { op: 'post', post: document(post, author, countsOf.get(id)) };
  });
}

const isSearchable = (post: Post) =>
  post.state === 'published' && post.deletedAtMs === null && post.feedKey !== null;

function document(post: Post, author: Account, counts: PostCounts | undefined) {
  const { id, authorId, title, text, description, hashtags } = post;
  const popularity = popularityOf(counts ?? { likes: 0, comments: 0 });
  const audience = audienceOf(post, author);
  return { id, authorId, feedKey: post.feedKey!, audience, title, text, description, hashtags, popularity };
}

/** A first sieve: whoever searches is checked against the truth besides. */
function audienceOf(post: Post, author: Account): Audience {
  if (author.state !== 'active') return 'nobody';
  if (post.visibility === 'only-me') return 'author';
  return post.visibility === 'followers' || author.isPrivate ? 'followers' : 'everyone';
}

/** What the index is to hold about each of these people. At most 1000. */
export async function userChanges(
  { graph }: Pick<SearchDeps, 'graph'>,
  found: readonly { id: Id; account: Account | undefined }[],
): Promise<SearchChange[]> {
  if (found.length === 0) return [];
  const counts = await graph.followCounts(found.map(({ id }) => id));
  return found.map(({ id, account }, i) => {
    if (account?.state !== 'active') return { op: 'remove-user', id };
    const { username, displayName } = account;
    return { op: 'user', user: { id, username, displayName, followers: counts[i]?.followers ?? 0 } };
  });
}
