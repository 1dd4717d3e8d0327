import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MessageCircle } from 'lucide-react';
import { useState } from 'react';
import { commentsQuery } from '../../api/queries.ts';
import { t } from '../../i18n/translate.ts';
import { useMe } from '../../state/session.ts';
import { Empty, Loading, Problem } from '../notices.tsx';
import { MoreButton } from '../people-list.tsx';
import { CommentForm } from './comment-form.tsx';
import { CommentView } from './comment-view.tsx';
import { threadsOf } from './threads.ts';

export function Comments({ postId, postAuthorId }: { postId: string; postAuthorId: string }) {
  const me = useMe();
  const comments = useInfiniteQuery(commentsQuery(postId));
  const [replyTo, setReplyTo] = useState<string | null>(null);
  const threads = threadsOf(comments.data?.pages.flatMap(({ items }) => items) ?? []);
  return (
    <section className="comments" aria-label={t('comment.title')}>
      {comments.isPending && <Loading />}
      {comments.isError && <Problem error={comments.error} onRetry={() => void comments.refetch()} />}
      {comments.isSuccess && threads.length === 0 && (
        <Empty icon={MessageCircle} title={t('comment.empty')} more={t('comment.emptyMore')} />
      )}
      <ul>
        {threads.map((thread) => (
          <CommentView
            key={thread.comment.id}
            thread={thread}
            depth={0}
            postAuthorId={postAuthorId}
            replyTo={replyTo}
            onReply={setReplyTo}
          />
        ))}
      </ul>
      <MoreButton query={comments} />
      {me ? (
        <CommentForm postId={postId} />
      ) : (
        <p className="comments-log-in">
          <Link to="/login">{t('comment.logIn')}</Link>
        </p>
      )}
    </section>
  );
}
