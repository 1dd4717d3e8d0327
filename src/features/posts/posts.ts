import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import type { Subscription } from '../../ports/log/log.ts';
import { cardOf } from './card.ts';
import { changePost } from './change-post.ts';
import { noMedia, type PostsContext, type PostsDeps } from './context.ts';
import { createCountReader } from './count-reader.ts';
import { createPost, type NewPost } from './create-post.ts';
import { deletePost, erasePost } from './delete-post.ts';
import { erasePostsOf } from './erase-author.ts';
import type { PostCard, Posts } from './index.ts';
import { keepCachesTrue } from './keep-caches-true.ts';
import { type AuthorPage, listAuthorPosts, type Page } from './list-author-posts.ts';
import { listPendingPosts } from './list-pending-posts.ts';
import { listRevisions } from './list-revisions.ts';
import type { Post } from './post.ts';
import type { PostFields } from './post-fields.ts';
import { createPresentPosts, isForAll, newPostText } from './present-posts.ts';
import { purgePost } from './purge-post.ts';
import { createCardReader } from './read-cards.ts';
import { followMedia } from './settle-post.ts';
import { mediaPostsByAuthor, type PostRevision, posts, postsByAuthor, userPostCounts } from './tables.ts';
import { maySee } from './visibility.ts';

/** The whole feature. Each operation's file says what it does and refuses. */
export interface PostsFeature extends Posts {
  create(
    principal: Principal,
    input: NewPost,
    claim?: IdempotencyClaim,
  ): Promise<{ post: Post; isNew: boolean }>;
  change(principal: Principal, id: Id, patch: PostFields): Promise<Post>;
  delete(principal: Principal, id: Id): Promise<void>;
  list(
    viewer: Principal | null,
    reference: string,
    page: AuthorPage,
  ): Promise<{ items: PostCard[]; nextCursor: string | null }>;
  /** One's own that are not published yet. */
  pending(principal: Principal, page: Page): Promise<{ items: Post[]; nextCursor: string | null }>;
  revisions(
    viewer: Principal | null,
    id: Id,
    page: Page,
  ): Promise<{ items: (PostRevision & { id: Id })[]; nextCursor: string | null }>;
  /** JSON text of one post as `present` answers it; `isNew` spares the reads where nobody can have reacted. */
  presentOne(viewerId: Id | null, post: Post, options?: { isNew: boolean }): Promise<string>;
  /** Hides a post as `delete` does, whoever asks; false where it is gone already. */
  erase(id: Id): Promise<boolean>;
  /** For janitors: see purge-post.ts and erase-author.ts. */
  purge(id: Id): Promise<boolean>;
  eraseOf(authorId: Id): Promise<Id[]>;
  /** Publishes pending posts as their media come to be shown; shared by the processes that call it. */
  followMedia(): Promise<Subscription>;
  /** Follows the log, so that changes made by other processes are seen. To be awaited before serving. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createPosts(given: PostsDeps): PostsFeature {
  const deps = { ...given, media: given.media ?? noMedia };
  const cardReader = createCardReader(deps);
  const countReader = createCountReader(deps);
  const present = createPresentPosts({ ...deps, counts: countReader });
  const reads = { ...createReads(deps, cardReader.byPlace, cardReader.byId), present };
  const context: PostsContext = { ...deps, cardReader, countReader, reads };
  let subscription: Subscription | undefined;
  return {
    ...reads,
    counts: async (ids) => (await countReader.entries(ids)).map(({ counts }) => counts),
    forgetCounts: (id) => countReader.forget(id),
    async authoredCounts(ids) {
      const rows = await deps.records.getMany(
        userPostCounts,
        ids.map((id) => [id]),
      );
      return rows.map((row) => Math.max(0, row?.value.posts ?? 0));
    },
    create: (principal, input, claim) => createPost(context, principal, input, claim),
    change: (principal, id, patch) => changePost(context, principal, id, patch),
    delete: (principal, id) => deletePost(context, principal, id),
    list: (viewer, reference, page) => listAuthorPosts(context, viewer, reference, page),
    pending: (principal, page) => listPendingPosts({ ...deps, reads }, principal, page),
    revisions: (viewer, id, page) => listRevisions(context, viewer, id, page),
    async presentOne(viewerId, post, { isNew } = { isNew: false }) {
      const card = cardOf(post, await deps.media.texts(post.mediaIds));
      if (isNew) {
        const author = await deps.accounts.get(post.authorId);
        return deps.media.sign(newPostText(card, author), { isPublic: isForAll(card, author) });
      }
      return (await present(viewerId, [card]))[0]!;
    },
    erase: (id) => erasePost(context, id),
    purge: (id) => purgePost(context, id),
    eraseOf: (authorId) => erasePostsOf(context, authorId),
    followMedia: () => followMedia(context, deps.log),
    async start() {
      subscription ??= await keepCachesTrue({ log: deps.log, cardReader, countReader });
    },
    async stop() {
      await subscription?.close();
      subscription = undefined;
    },
  };
}

function createReads(
  { records, accounts, graph }: PostsDeps,
  cards: Posts['cards'],
  cardsById: Posts['cardsById'],
): Omit<PostsContext['reads'], 'present'> & Pick<Posts, 'getMany' | 'requireVisibleCard'> {
  const get = async (id: Id) => (await records.get(posts, [id]))?.value;
  const visible: Posts['visible'] = async (viewer, shown) => {
    const authors = await accounts.getMany(shown.map(({ authorId }) => authorId));
    return shown.map(({ authorId, visibility }, i) =>
      maySee(viewer, authors[i], { authorId, visibility, state: 'published', deletedAtMs: null }),
    );
  };
  return {
    get,
    cards,
    cardsById,
    visible,
    async getMany(ids) {
      const rows = await records.getMany(
        posts,
        ids.map((id) => [id]),
      );
      return rows.map((row) => row?.value);
    },
    async listByAuthor(authorId, { before, after, limit, hasMedia = false }) {
      const list = hasMedia ? mediaPostsByAuthor : postsByAuthor;
      const rows = await records.list(list, [authorId], { reverse: true, before, after, limit });
      return rows.map(({ key, value }) => ({ feedKey: key[1]!, postId: value.postId }));
    },
    async feedKeysByAuthors(requests) {
      const lists = await records.listMany(
        postsByAuthor,
        requests.map(({ authorId, before, limit }) => ({ prefix: [authorId], reverse: true, before, limit })),
      );
      return lists.map((rows) => rows.map(({ key }) => key[1]!));
    },
    async requireVisible(viewer, id) {
      const post = await get(id);
      if (!post) throw notFound();
      const [author, viewerGraph] = await Promise.all([
        accounts.get(post.authorId),
        viewer && graph.viewer(viewer.userId),
      ]);
      if (!maySee(viewerGraph, author, post)) throw notFound();
      return post;
    },
    async requireVisibleCard(viewer, id) {
      const [[card], viewerGraph] = await Promise.all([
        cardsById([id]),
        viewer && graph.viewer(viewer.userId),
      ]);
      if (!card || !(await visible(viewerGraph, [card]))[0]) throw notFound();
      return card;
    },
  };
}
