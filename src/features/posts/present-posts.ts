import type { Id } from '../../lib/ids.ts';
import { type Account, type AccountDirectory, shortUser } from '../accounts/index.ts';
import type { PostMedia } from './context.ts';
import { type CountReader, type CountsEntry, countsEntry } from './count-reader.ts';
import type { PostCard, ReactionsOf } from './index.ts';
import type { ReactionKind } from './post.ts';

export interface PresentDeps {
  accounts: Pick<AccountDirectory, 'getMany'>;
  counts: CountReader;
  reactionsOf: ReactionsOf;
  media: Pick<PostMedia, 'sign'>;
}

export type PresentPosts = (viewerId: Id | null, cards: readonly PostCard[]) => Promise<string[]>;

/** Texts of authors, one a version of the account: the directory answers the same object until it changes. */
const authorTexts = new WeakMap<Account, string>();

/** A short User in JSON. One who is erased while a page is being made is named by id alone. */
export function authorText(account: Account | undefined, id: Id): string {
  if (!account) return JSON.stringify({ id, username: '', displayName: '', avatarUrl: null });
  const kept = authorTexts.get(account);
  if (kept !== undefined) return kept;
  const text = JSON.stringify(shortUser(account));
  authorTexts.set(account, text);
  return text;
}

const reactionTexts: Record<ReactionKind, string> = {
  like: '"like"',
  love: '"love"',
  laugh: '"laugh"',
  wow: '"wow"',
  sad: '"sad"',
};

/** Joins the prepared parts of cards into Posts of the interface; nothing is serialised anew where all is warm. */
export function createPresentPosts({ accounts, counts, reactionsOf, media }: PresentDeps): PresentPosts {
  return async (viewerId, cards) => {
    if (cards.length === 0) return [];
    const ids = new Array<Id>(cards.length);
    const authorIds = new Array<Id>(cards.length);
    for (let i = 0; i < cards.length; i++) {
      ids[i] = cards[i]!.id;
      authorIds[i] = cards[i]!.authorId;
    }
    const [authors, entries, reactions] = await Promise.all([
      accounts.getMany(authorIds),
      counts.entries(ids),
      viewerId === null ? undefined : reactionsOf(viewerId, ids),
    ]);
    const texts = new Array<string>(cards.length);
    for (let i = 0; i < cards.length; i++) {
      const card = cards[i]!;
      const text = postText(card, authors[i], entries[i]!, reactions?.[i] ?? null);
      texts[i] = media.sign(text, { isPublic: isForAll(card, authors[i]) });
    }
    return texts;
  };
}

/** Whether anybody at all may see it, and so fetch its media. */
export const isForAll = ({ visibility }: PostCard, author: Account | undefined): boolean =>
  visibility === 'public' && author?.state === 'active' && !author.isPrivate;

function postText(
  { id, authorId, body }: PostCard,
  author: Account | undefined,
  counts: CountsEntry,
  reaction: ReactionKind | null,
): string {
  const own = reaction === null ? 'null' : reactionTexts[reaction];
  return `{"id":"${id}","author":${authorText(author, authorId)},${body},"counts":${counts.json},"viewer":{"reaction":${own}}}`;
}

const noCounts = countsEntry(undefined);

/** A post that was written this moment: nobody can have reacted yet, so nothing is read. */
export const newPostText = (card: PostCard, author: Account | undefined): string =>
  postText(card, author, noCounts, null);
