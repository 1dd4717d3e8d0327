import type { NotificationKind } from './notification.ts';

export interface SentenceParts {
  kind: NotificationKind;
  /** Display names, newest first; at least one. */
  names: readonly string[];
  /** People in all. */
  count: number;
  /** The count is a lower bound. */
  hasMore: boolean;
  /** Every reaction is a plain like. */
  onlyLikes: boolean;
  /** Where mentions stand; null where in posts and in comments. */
  mentionedIn: 'post' | 'comment' | null;
  /** What was shared; empty for all of somebody's files. */
  fileName: string | null;
}

/** One plain English sentence: "Ann and 3 others liked your post". */
export function sentence(parts: SentenceParts): string {
  return `${people(parts)} ${deed(parts)}`;
}

function people({ names, count, hasMore }: SentenceParts): string {
  const [first, second] = names;
  const others = count - 1;
  if (others <= 0 && !hasMore) return first!;
  if (others === 1 && second !== undefined && !hasMore) return `${first} and ${second}`;
  if (others <= 1 && !hasMore) return `${first} and 1 other`;
  return `${first} and ${others}${hasMore ? ' or more' : ''} others`;
}

function deed({ kind, onlyLikes, mentionedIn, fileName }: SentenceParts): string {
  switch (kind) {
    case 'like':
      return onlyLikes ? 'liked your post' : 'reacted to your post';
    case 'comment':
      return 'commented on your post';
    case 'reply':
      return 'replied to your comment';
    case 'mention':
      return mentionedIn ? `mentioned you in a ${mentionedIn}` : 'mentioned you';
    case 'follow':
      return 'followed you';
    case 'follow-request':
      return 'asked to follow you';
    case 'request-accepted':
      return 'accepted your request to follow';
    case 'file-share':
      return fileName ? `shared “${fileName}” with you` : 'shared their files with you';
  }
}

/** The beginning of a text on one line, cut between words where that is near. */
export function excerpt(text: string, charactersMax: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line.slice(0, charactersMax * 2 + 2)];
  if (characters.length <= charactersMax) return line;
  const cut = characters.slice(0, charactersMax).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > cut.length * 0.7 ? cut.slice(0, space) : cut}…`;
}
