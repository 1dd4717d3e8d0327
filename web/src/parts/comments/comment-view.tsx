import { useState } from 'react';
import { t } from '../../i18n/translate.ts';
import { useMe } from '../../state/session.ts';
import { AvatarLink, nameOf, PersonLink } from '../person.tsx';
import { LongText } from '../rich-text.tsx';
import { When } from '../when.tsx';
import { CommentEdit } from './comment-edit.tsx';
import { CommentForm } from './comment-form.tsx';
import { CommentMenu } from './comment-menu.tsx';
import type { Thread } from './threads.ts';

/** Deeper replies stand under each other, so that words keep their width. */
const indentMax = 3;

interface CommentViewProps {
  thread: Thread;
  depth: number;
  postAuthorId: string;
  /** The comment that a reply is being written to. */
  replyTo: string | null;
  onReply: (id: string | null) => void;
}

export function CommentView({ thread, depth, postAuthorId, replyTo, onReply }: CommentViewProps) {
  const { comment, replies } = thread;
  const { author } = comment;
  const me = useMe();
  const [isEditing, setIsEditing] = useState(false);
  return (
    <li className="comment" id={`comment-${comment.id}`}>
      {comment.deleted || !author ? (
        <p className="comment-deleted faint">{t('comment.deleted')}</p>
      ) : (
        <div className="comment-own">
          <AvatarLink user={author} size="small" />
          <div className="comment-words">
            <p className="comment-head">
              <PersonLink user={author} />
              <span className="small faint">
                <When at={comment.createdAt} />
                {comment.editedAt && ` · ${t('post.edited')}`}
              </span>
            </p>
            {isEditing ? (
              <CommentEdit comment={comment} onDone={() => setIsEditing(false)} />
            ) : (
              <LongText text={comment.comment} />
            )}
            {me && !isEditing && (
              <button
                type="button"
                className="link-button small"
                aria-label={t('do.of', { act: t('comment.reply'), thing: nameOf(author) })}
                aria-expanded={replyTo === comment.id}
                onClick={() => onReply(replyTo === comment.id ? null : comment.id)}
              >
                {t('comment.reply')}
              </button>
            )}
          </div>
          <CommentMenu comment={comment} postAuthorId={postAuthorId} onEdit={() => setIsEditing(true)} />
        </div>
      )}
      {replyTo === comment.id && author && (
        <CommentForm
          postId={comment.postId}
          parentId={comment.id}
          name={nameOf(author)}
          onDone={() => onReply(null)}
        />
      )}
      {replies.length > 0 && (
        <ul className={depth < indentMax ? 'comment-replies' : undefined}>
          {replies.map((reply) => (
            <CommentView
              key={reply.comment.id}
              thread={reply}
              depth={depth + 1}
              postAuthorId={postAuthorId}
              replyTo={replyTo}
              onReply={onReply}
            />
          ))}
        </ul>
      )}
    </li>
  );
}
