/** The indexes and their fields. Text arrives folded and split, so the plainest analyzers do. */

/** Part of every name: an index of another version is another index, built from the truth. */
export const schemaVersion = 1;

/** `state` holds the position in the log, and who is rebuilding. */
export const kinds = ['state', 'posts', 'users'] as const;
export type Kind = (typeof kinds)[number];

/** Words are cut to 256 characters before they come here; each may be 4 bytes. */
const wordBytesMax = 1024;
/** Gap between the values of a field, so that a phrase never reaches from one into the next. */
const valueGap = 100;
/** Beginnings up to this long have lists of their own; longer ones are few and found word by word. */
const beginningMax = 8;

const analysis = {
  tokenizer: {
    spaces: { type: 'char_group', tokenize_on_chars: ['whitespace'], max_token_length: wordBytesMax },
  },
  analyzer: {
    split: { type: 'custom', tokenizer: 'spaces' },
    whole: { type: 'custom', tokenizer: 'keyword' },
  },
};

/** Scores are how often a term stands in a post; the formula around it is in the query. */
const similarity = {
  occurrences: { type: 'scripted', script: { source: 'return query.boost * doc.freq;' } },
};

const beginnings = {
  type: 'text',
  analyzer: 'whole',
  norms: false,
  index_options: 'docs',
  index_prefixes: { min_chars: 1, max_chars: beginningMax },
};
const unsearched = { index: false };
const unsorted = { doc_values: false };

const settings: Record<Kind, object> = {
  state: {},
  // Rows lie in order of time, so that the newest matches come first and the search stops when it has them.
  posts: {
    'index.sort.field': ['key', 'id', 'author'],
    'index.sort.order': ['desc', 'desc', 'desc'],
    similarity,
    analysis,
  },
  // And people in order of their followers, then of their ids.
  users: { 'index.sort.field': ['step', 'id'], 'index.sort.order': ['desc', 'asc'], analysis },
};

const properties: Record<Kind, object> = {
  state: {},
  posts: {
    key: { type: 'long' },
    id: { type: 'long', ...unsearched },
    author: { type: 'long', ...unsearched },
    by: { type: 'keyword', ...unsorted },
    offered: { type: 'keyword', ...unsorted },
    words: {
      type: 'text',
      analyzer: 'split',
      norms: false,
      similarity: 'occurrences',
      position_increment_gap: valueGap,
    },
    characters: {
      type: 'text',
      analyzer: 'split',
      norms: false,
      index_options: 'freqs',
      similarity: 'occurrences',
    },
    hashtags: { type: 'keyword', ...unsorted },
    tags: { type: 'keyword' },
    length: { type: 'integer', ...unsearched },
    popularity: { type: 'float', ...unsearched },
    removed: { type: 'boolean', ...unsorted },
  },
  users: {
    id: { type: 'long' },
    step: { type: 'short' },
    username: beginnings,
    name: { type: 'keyword', ...unsorted },
    words: beginnings,
    removed: { type: 'boolean', ...unsorted },
  },
};

export interface IndexShape {
  shards: number;
}

/** What creates an index. It is refreshed when something was applied, and at no other time. */
export const definitionOf = (
  kind: Kind,
  { shards }: IndexShape,
  more: { aliases?: object; durability?: string } = {},
) => ({
  settings: {
    number_of_shards: kind === 'posts' ? shards : 1,
    auto_expand_replicas: '0-1',
    refresh_interval: '-1',
    'index.max_result_window': 20_000,
    ...(more.durability && { 'index.translog.durability': more.durability }),
    ...settings[kind],
  },
  mappings: { dynamic: kind === 'state' ? false : 'strict', properties: properties[kind] },
  ...(more.aliases && { aliases: more.aliases }),
});
