import type { Id } from '../../lib/ids.ts';
import type { PostCard } from './index.ts';
import { type Post, type Visibility, visibilities } from './post.ts';

const isoTime = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** The card of a post in any state; one without a place yet is given its id for one. `mediaTexts`: see the media feature. */
export function cardOf(post: Post, mediaTexts: ReadonlyMap<Id, string>): PostCard {
  return {
    id: post.id,
    authorId: post.authorId,
    feedKey: post.feedKey ?? post.id,
    visibility: post.visibility,
    body: bodyOf(post, mediaTexts),
  };
}

/** Members of the interface's Post that depend on the post alone, in JSON without the braces. */
function bodyOf(post: Post, mediaTexts: ReadonlyMap<Id, string>): string {
  const { title, text, description, hashtags, visibility, state } = post;
  const media = post.mediaIds.flatMap((id) => mediaTexts.get(id) ?? []);
  const words = JSON.stringify({ title, text, description, hashtags }).slice(1, -1);
  const rest = JSON.stringify({
    visibility,
    state,
    createdAt: isoTime(post.createdAtMs),
    publishedAt: isoTime(post.publishedAtMs),
    editedAt: isoTime(post.editedAtMs),
  }).slice(1, -1);
  return `${words},"media":[${media.join(',')}],${rest}`;
}

/** What the cache holds for a post that is known to be gone. */
export const goneText = '';

const idCharacters = 11;

/** A card as one string that is taken apart by position: reading 20 of them must cost next to nothing. */
export function encodeCard({ id, authorId, feedKey, visibility, body }: PostCard): string {
  return `${id}${authorId}${feedKey}${visibilities.indexOf(visibility)}${body}`;
}

export function decodeCard(text: string): PostCard {
  return {
    id: text.slice(0, idCharacters) as Id,
    authorId: text.slice(idCharacters, 2 * idCharacters),
    feedKey: text.slice(2 * idCharacters, 3 * idCharacters),
    visibility: visibilities[text.charCodeAt(3 * idCharacters) - 48] as Visibility,
    body: text.slice(3 * idCharacters + 1),
  };
}
