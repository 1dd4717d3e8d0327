import { type ApiClient, BrokenPromise } from './api-client.ts';
import { expectEqual, expectOnce, markerOf, type SeenPost } from './expectations.ts';
import type { Ledger, Post } from './ledger.ts';

/** Reactions and comments of one post: each acknowledged one once, as it was last, and counted right. */
export async function verifyInteractions(
  { api, ledger }: { api: ApiClient; ledger: Ledger },
  post: Post,
  seen: SeenPost,
): Promise<void> {
  const single = await api.get(`/v1/posts/${post.id}`, post.author.token);
  expectEqual(single.text, seen.text, `text of ${post.id}, alone and in a list`);
  expectEqual(single.visibility, seen.visibility, `visibility of ${post.id}, alone and in a list`);
  await verifyReactions(api, post, single.counts);
  await verifyComments(api, ledger, post, single.counts);
}

async function verifyReactions(
  api: ApiClient,
  post: Post,
  counts: { likes: number; reactions: Record<string, number> },
): Promise<void> {
  const what = `reactions of post ${post.id}`;
  const items = await api.list(`/v1/posts/${post.id}/likes`, post.author.token);
  const kinds = new Map<string, string>(items.map((item) => [(item.user ?? item).id, item.reaction]));
  expectOnce(
    items.map((item) => (item.user ?? item).id),
    what,
  );
  expectEqual(counts.likes, items.length, `${what}, counted`);
  const recount: Record<string, number> = {};
  for (const kind of kinds.values()) recount[kind] = (recount[kind] ?? 0) + 1;
  for (const kind of new Set([...Object.keys(recount), ...Object.keys(counts.reactions)]))
    expectEqual(counts.reactions[kind] ?? 0, recount[kind] ?? 0, `${what} of kind ${kind}, counted`);
  for (const [person, belief] of post.reactions) {
    belief.seen(kinds.get(person.id) ?? null, `the reaction of ${person.username} to ${post.id}`);
    kinds.delete(person.id);
  }
  if (kinds.size > 0) throw new BrokenPromise(`${what}: some by ${[...kinds.keys()]}, who never reacted`);
}

async function verifyComments(
  api: ApiClient,
  ledger: Ledger,
  post: Post,
  counts: { comments: number },
): Promise<void> {
  const what = `comments on post ${post.id}`;
  const items = await api.list(`/v1/posts/${post.id}/comments`, post.author.token);
  expectOnce(
    items.map(({ id }) => id),
    what,
  );
  for (const { id } of items) ledger.noteId(id);
  const shown = items.filter(({ deleted }) => !deleted);
  expectEqual(counts.comments, shown.length, `${what}, counted`);
  const byMarker = new Map(shown.map((item) => [markerOf(item.comment), item]));
  expectEqual(byMarker.size, shown.length, `${what}, each once`);
  for (const comment of post.comments) {
    const item = byMarker.get(comment.marker);
    byMarker.delete(comment.marker);
    comment.text.seen(item?.comment ?? null, `comment ${comment.marker} (${comment.id}) on ${post.id}`);
    if (!item) continue;
    if (comment.id && comment.id !== item.id)
      throw new BrokenPromise(`comment ${comment.marker} was ${comment.id} and is now ${item.id}`);
    comment.id = item.id;
  }
  if (byMarker.size > 0)
    throw new BrokenPromise(`${what}: some that nobody wrote, or deleted ones: ${[...byMarker.keys()]}`);
}
