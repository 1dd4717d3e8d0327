import type { Post } from '../../../../sdk/schema.ts';
import { api, KithError } from '../../api/client.ts';
import { addPosts, changePost } from '../../api/posts-cache.ts';
import { t } from '../../i18n/translate.ts';
import type { Draft } from '../../state/draft.ts';
import { queueRequest } from '../../state/outbox.ts';

/** Answers what to say about it. Without a connection it waits for one. */
export async function sendPost({ text, visibility, attachments, key }: Draft): Promise<string> {
  const mediaIds = attachments.map(({ mediaId }) => mediaId);
  const body = { text, visibility, ...(mediaIds.length > 0 && { mediaIds }) };
  try {
    const post = await api.post('/v1/posts', { body, idempotencyKey: key });
    addPosts([post]);
    return t(post.state === 'pending' ? 'post.sentPending' : 'post.sent');
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'offline') throw error;
    queueRequest({ path: '/v1/posts', body, key });
    return t('post.queued');
  }
}

export async function sendEdit(post: Post, words: Pick<Post, 'text' | 'visibility'>): Promise<void> {
  const changed = await api.patch('/v1/posts/{id}', { path: { id: post.id }, body: words });
  changePost(post.id, () => changed);
}
