import { Send } from 'lucide-react';
import { useState } from 'react';
import { api, freshKey, KithError } from '../../api/client.ts';
import { postsKey } from '../../api/posts-cache.ts';
import { queryClient } from '../../api/query-client.ts';
import { t } from '../../i18n/translate.ts';
import { keep, kept } from '../../state/keep.ts';
import { queueRequest } from '../../state/outbox.ts';
import { useOwner } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { Avatar } from '../avatar.tsx';
import { CompletingText } from '../composer/completing-text.tsx';
import { IconButton } from '../icon-button.tsx';

interface CommentFormProps {
  postId: string;
  parentId?: string;
  /** Whom a reply is for. */
  name?: string;
  onDone?: () => void;
}

export function CommentForm({ postId, parentId, name, onDone }: CommentFormProps) {
  const me = useOwner();
  const draftKey = `kith.own.comment.${parentId ?? postId}`;
  const [comment, setComment] = useState(() => kept<string>(draftKey) ?? '');
  const [isBusy, setIsBusy] = useState(false);
  const [key, setKey] = useState(freshKey);
  const change = (words: string) => {
    setComment(words);
    keep(draftKey, words || null);
  };
  const send = async () => {
    if (isBusy || comment.trim() === '') return;
    setIsBusy(true);
    const body = { postId, comment, ...(parentId && { parentId }) };
    try {
      await api.post('/v1/comments', { body, idempotencyKey: key });
      await queryClient.invalidateQueries({ queryKey: ['comments', postId] });
      void queryClient.invalidateQueries({ queryKey: [postsKey, 'one', postId] });
    } catch (error) {
      setIsBusy(false);
      if (!(error instanceof KithError) || error.code !== 'offline') return sayProblem(error);
      queueRequest({ path: '/v1/comments', body, key });
      say(t('post.queued'));
    }
    change('');
    setKey(freshKey());
    setIsBusy(false);
    onDone?.();
  };
  const label = name ? t('comment.replyTo', { name }) : t('comment.write');
  return (
    <div className="comment-form">
      <Avatar user={me} size="small" />
      <CompletingText
        label={label}
        placeholder={label}
        rows={1}
        hasFocus={parentId !== undefined}
        value={comment}
        onChange={change}
        onSend={() => void send()}
      />
      <IconButton
        icon={Send}
        className="turns"
        label={t('comment.send')}
        disabled={isBusy || comment.trim() === ''}
        onClick={() => void send()}
      />
    </div>
  );
}
