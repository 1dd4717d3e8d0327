import type { ShortUser, User } from '../accounts/index.ts';

interface Picture {
  url: string;
  width: number;
  height: number;
  format: string;
  sizeBytes: number;
}

/** As much of the interface's Media as a page without script needs. */
export interface PublicMedia {
  id: string;
  kind: 'image' | 'video';
  width: number | null;
  height: number | null;
  alt: string;
  /** Smallest first. */
  variants: Picture[];
  playlistUrl?: string;
  posterUrl?: string;
}

/** As much of the interface's Post. */
export interface PublicPost {
  id: string;
  author: ShortUser;
  title: string;
  text: string;
  description: string;
  hashtags: string[];
  media: PublicMedia[];
  publishedAt: string;
  editedAt: string | null;
  counts: { likes: number; comments: number };
}

export interface PublicComment {
  id: string;
  author: ShortUser;
  text: string;
  at: string;
}

export interface PostContent {
  post: PublicPost;
  /** The first ones. */
  comments: PublicComment[];
}

export interface ProfileContent {
  user: User;
  posts: PublicPost[];
  nextCursor: string | null;
}

export const nameOf = ({ displayName, username }: { displayName: string; username: string }): string =>
  displayName || username;

export const postPath = (id: string): string => `/p/${id}`;
export const profilePath = (username: string): string => `/@${username}`;

/** The picture that stands for a post where one is asked for: the widest that is not beyond `widthMax`, JPEG before others. */
export function previewOf({ media }: PublicPost, widthMax = 1600): (Picture & { alt: string }) | undefined {
  for (const { kind, variants, alt, posterUrl, width, height } of media) {
    if (kind === 'video') {
      if (!posterUrl || !width || !height) continue;
      return { url: posterUrl, width, height, alt, format: 'jpeg', sizeBytes: 0 };
    }
    const fitting = variants.filter((each) => each.width <= widthMax);
    for (const format of ['jpeg', 'png', 'webp', 'avif']) {
      const found = fitting.findLast((each) => each.format === format);
      if (found) return { ...found, alt };
    }
  }
  return undefined;
}

const whiteSpace = /\s+/g;

/** The beginning of what a post says, on one line. */
export function summaryOf({ text, description, title }: PublicPost, charactersMax = 200): string {
  return shortened(text || description || title, charactersMax);
}

export function shortened(text: string, charactersMax: number): string {
  const line = [
    ...text
      .slice(0, charactersMax * 4)
      .replace(whiteSpace, ' ')
      .trim(),
  ];
  return line.length <= charactersMax
    ? line.join('')
    : `${line
        .slice(0, charactersMax - 1)
        .join('')
        .trimEnd()}…`;
}

/** What a post is called where it needs a name. */
export const titleOf = (post: PublicPost): string =>
  post.title || shortened(summaryOf(post), 80) || `A post by ${nameOf(post.author)}`;

export const updatedAt = ({ editedAt, publishedAt }: PublicPost): string =>
  editedAt !== null && editedAt > publishedAt ? editedAt : publishedAt;

/** An address of this server as others need it. */
export const whole = (base: string, url: string): string => (url.startsWith('/') ? base + url : url);
