import { type FormEvent, useState } from 'react';
import type { Comment } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { t } from '../../i18n/translate.ts';
import { sayProblem } from '../../state/toasts.ts';
import { CompletingText } from '../composer/completing-text.tsx';

export function CommentEdit({ comment, onDone }: { comment: Comment; onDone: () => void }) {
  const [words, setWords] = useState(comment.comment);
  const save = async (event?: FormEvent) => {
    event?.preventDefault();
    try {
      await api.patch('/v1/comments/{id}', { path: { id: comment.id }, body: { comment: words } });
      await queryClient.invalidateQueries({ queryKey: ['comments', comment.postId] });
      onDone();
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <form className="form" onSubmit={save}>
      <CompletingText
        label={t('comment.edit')}
        value={words}
        onChange={setWords}
        onSend={() => void save()}
        hasFocus
      />
      <div className="form-line">
        <button type="button" className="button" onClick={onDone}>
          {t('do.cancel')}
        </button>
        <button type="submit" className="button primary" disabled={words.trim() === ''}>
          {t('do.save')}
        </button>
      </div>
    </form>
  );
}
