import { notFound } from '../../lib/refusal.ts';
import type { AccountDirectory, Profiles } from '../accounts/index.ts';
import type { Comments } from '../comments/index.ts';
import type { PostCard, PostsFeature } from '../posts/index.ts';
import type { PostContent, ProfileContent, PublicPost } from './public-post.ts';

export interface PublicPagesDeps {
  accounts: Pick<AccountDirectory, 'resolve'>;
  profiles: Pick<Profiles, 'present'>;
  posts: Pick<PostsFeature, 'requireVisibleCard' | 'present' | 'list'>;
  comments: Pick<Comments, 'list'>;
}

/** What anybody may read, as it is now. Each throws `not-found` for what is hidden and what never was, alike. */
export interface PublicPages {
  post(id: string): Promise<PostContent>;
  /** A private account has no public page. Throws `invalid` for a cursor that is none. */
  profile(username: string, cursor?: string): Promise<ProfileContent>;
}

const commentsShownMax = 20;
const postsShownMax = 20;

export function createPublicPages({ accounts, profiles, posts, comments }: PublicPagesDeps): PublicPages {
  const present = async (cards: readonly PostCard[]) =>
    (await posts.present(null, cards)).map((text) => JSON.parse(text) as PublicPost);
  return {
    async post(id) {
      const card = await posts.requireVisibleCard(null, id);
      const [[post], page] = await Promise.all([
        present([card]),
        comments.list(null, id, { limit: commentsShownMax }),
      ]);
      return {
        post: post!,
        comments: page.items.flatMap(({ comment, author }) =>
          author === null
            ? []
            : [
                {
                  id: comment.id,
                  author,
                  text: comment.text,
                  at: new Date(comment.createdAtMs).toISOString(),
                },
              ],
        ),
      };
    },
    async profile(username, cursor) {
      const account = await accounts.resolve(`@${username}`);
      if (!account || account.isPrivate) throw notFound();
      const [[user], page] = await Promise.all([
        profiles.present(null, [account]),
        posts.list(null, account.id, { limit: postsShownMax, cursor }),
      ]);
      return { user: user!, posts: await present(page.items), nextCursor: page.nextCursor };
    },
  };
}
