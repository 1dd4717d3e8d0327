import { type Id, idTimeMs } from '../../lib/ids.ts';
import { type PreparedPost, type PreparedUser, preparePost, prepareUser } from './prepare.ts';
import { createScorer, hashtagRank, occurrences, userClasses, userRank } from './ranking.ts';
import {
  type HashtagHit,
  type PostHits,
  type PostQuery,
  type Rebuild,
  rankedMax,
  type SearchChange,
  SearchError,
  type SearchIndex,
  type UserPlace,
  type UserQuery,
} from './search.ts';
import { fold, isRun } from './text.ts';
import { trendsOf } from './trends.ts';

interface Documents {
  posts: Map<Id, PreparedPost>;
  users: Map<Id, PreparedUser>;
}

const newDocuments = (): Documents => ({ posts: new Map(), users: new Map() });

/** The fake that features are tested on: everything in memory, every query looks at everything. */
export function memorySearch(options: { rankedMax?: number } = {}): SearchIndex {
  const windowMax = options.rankedMax ?? rankedMax;
  let current = newDocuments();
  let next: { documents: Documents; touched: Set<Id> } | undefined;
  let state = { isBuilt: false, position: 0 };
  return {
    async apply(changes, position) {
      change(current, changes);
      if (next) {
        change(next.documents, changes);
        // A like says nothing of the post itself, which the rebuild may still have to bring.
        for (const each of changes) if (each.op !== 'popularity') next.touched.add(subjectOf(each));
      }
      if (position !== undefined) state = { ...state, position };
    },
    posts: async (query) => findPosts(current, query, windowMax),
    users: async (query) => findUsers(current, query),
    hashtags: async ({ prefix, after, limit }) =>
      countHashtags(current)
        .filter(({ hashtag }) => fold(hashtag).startsWith(prefix))
        .map((hit) => ({ ...hit, rank: hashtagRank(fold(hit.hashtag) === prefix, hit.posts) }))
        .sort((a, b) => a.rank - b.rank || (a.hashtag < b.hashtag ? -1 : 1))
        .filter(
          (hit) =>
            !after || hit.rank > after.rank || (hit.rank === after.rank && hit.hashtag > after.hashtag),
        )
        .slice(0, limit),
    trends: async (options) => {
      const uses = [...current.posts.values()]
        .filter(({ audience }) => audience === 'everyone')
        .sort((a, b) => (a.feedKey < b.feedKey ? 1 : -1))
        .flatMap(({ hashtags, authorId, feedKey }) =>
          hashtags.map((hashtag) => ({ hashtag, authorId, feedKey })),
        );
      return trendsOf(uses, options);
    },
    state: async () => ({
      ...state,
      posts: current.posts.size,
      users: current.users.size,
      isRebuilding: next !== undefined,
    }),
    async rebuild(): Promise<Rebuild> {
      if (next) throw new SearchError('unavailable', 'a rebuild is running');
      const mine = { documents: newDocuments(), touched: new Set<Id>() };
      next = mine;
      return {
        async add(changes) {
          change(
            mine.documents,
            changes.filter((each) => !mine.touched.has(subjectOf(each))),
          );
        },
        async finish() {
          current = mine.documents;
          state = { ...state, isBuilt: true };
          next = undefined;
        },
        async abort() {
          next = undefined;
        },
      };
    },
    async clear() {
      current = newDocuments();
      next = undefined;
      state = { isBuilt: false, position: 0 };
    },
    async close() {},
  };
}

const subjectOf = (each: SearchChange): Id =>
  each.op === 'post' ? each.post.id : each.op === 'user' ? each.user.id : each.id;

function change({ posts, users }: Documents, changes: readonly SearchChange[]): void {
  for (const each of changes) {
    if (each.op === 'post') posts.set(each.post.id, preparePost(each.post));
    else if (each.op === 'remove-post') posts.delete(each.id);
    else if (each.op === 'user') users.set(each.user.id, prepareUser(each.user));
    else if (each.op === 'remove-user') users.delete(each.id);
    else {
      const post = posts.get(each.id);
      if (post) posts.set(each.id, { ...post, popularity: each.popularity });
    }
  }
}

function findPosts({ posts }: Documents, query: PostQuery, windowMax: number): PostHits {
  const { window, below, after, limit, terms, nowMs } = query;
  const matches = [...posts.values()]
    .filter((post) => isOffered(post, query.viewerId) && isMatch(post, query))
    .filter(
      ({ feedKey }) =>
        (!below || feedKey < below) && (!window || (feedKey <= window.top && feedKey >= window.floor)),
    )
    .sort((a, b) => (a.feedKey < b.feedKey ? 1 : -1));
  const candidates = window ? matches : matches.slice(0, windowMax);
  const scoreOf = createScorer(terms, nowMs);
  const hits = candidates
    .map((post) => ({
      id: post.id,
      authorId: post.authorId,
      feedKey: post.feedKey,
      score: scoreOf({ ...post, hashtags: post.foldedHashtags, publishedAtMs: idTimeMs(post.feedKey) }),
    }))
    .sort((a, b) => b.score - a.score || (a.feedKey < b.feedKey ? 1 : -1))
    .filter(
      (hit) =>
        !after || hit.score < after.score || (hit.score === after.score && hit.feedKey < after.feedKey),
    )
    .slice(0, limit);
  return {
    hits,
    window: window ?? {
      top: candidates[0]?.feedKey ?? '',
      floor: candidates.at(-1)?.feedKey ?? '',
      isLast: matches.length <= windowMax,
    },
  };
}

const isOffered = (post: PreparedPost, viewerId: Id) =>
  post.audience === 'everyone' ||
  post.audience === 'followers' ||
  (post.audience === 'author' && post.authorId === viewerId);

const isMatch = (post: PreparedPost, { terms, hashtags, authorId }: PostQuery) =>
  (authorId === undefined || post.authorId === authorId) &&
  hashtags.every((hashtag) => post.foldedHashtags.includes(hashtag)) &&
  terms.every((term) => occurrences(post.allWords, term) > 0);

function findUsers({ users }: Documents, { words, handleOnly, after, limit }: UserQuery): UserPlace[] {
  const found: UserPlace[] = [];
  for (const user of users.values()) {
    const userClass = userClassOf(user, words, handleOnly);
    if (userClass !== undefined) found.push({ id: user.id, rank: userRank(userClass, user.followers) });
  }
  return found
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
    .filter((hit) => !after || hit.rank > after.rank || (hit.rank === after.rank && hit.id > after.id))
    .slice(0, limit);
}

function userClassOf(user: PreparedUser, words: readonly string[], handleOnly: boolean): number | undefined {
  const [first] = words;
  if (first === undefined) return undefined;
  if (words.length === 1 && user.username === first) return userClasses.wholeHandle;
  if (words.length === 1 && user.username.startsWith(first)) return userClasses.handle;
  if (handleOnly) return undefined;
  if (user.name === words.join(' ')) return userClasses.wholeName;
  const holds = (word: string) =>
    user.words.some((each) => each.startsWith(word) || (isRun(word) && each.includes(word)));
  return words.every(holds) ? userClasses.name : undefined;
}

function countHashtags({ posts }: Documents): Omit<HashtagHit, 'rank'>[] {
  const counts = new Map<string, number>();
  for (const { audience, hashtags } of posts.values()) {
    if (audience !== 'everyone') continue;
    for (const hashtag of hashtags) counts.set(hashtag, (counts.get(hashtag) ?? 0) + 1);
  }
  return [...counts].map(([hashtag, count]) => ({ hashtag, posts: count }));
}
