/** What a small phrase bank of one language holds. `[a|b]` in a phrase stands for one of the alternatives. */
export interface Language {
  /** Sentences a post is made of, by what it is about. */
  posts: Record<Topic, readonly string[]>;
  /** A sentence that may follow any other. */
  closers: readonly string[];
  /** Says who was there; `@` stands for the mention. */
  company: readonly string[];
  /** First comments and answers to comments. */
  comments: readonly string[];
  replies: readonly string[];
  /** Pieces of what people write about themselves. */
  bios: readonly string[];
  /** Hashtags without `#`, most loved first. */
  hashtags: Record<Topic, readonly string[]>;
  titles: readonly string[];
}

export const topics = [
  'food',
  'travel',
  'music',
  'sport',
  'tech',
  'garden',
  'books',
  'film',
  'animals',
  'everyday',
] as const;
export type Topic = (typeof topics)[number];
