import { useQuery } from '@tanstack/react-query';
import type { Comment, Post } from '../../../sdk/schema.ts';
import { api } from '../api/client.ts';
import { formatTime, t } from '../i18n/translate.ts';
import { Dialog } from './dialog.tsx';
import { Loading, Problem } from './notices.tsx';

type Subject = { post: Post } | { comment: Comment };
interface Version {
  id: string;
  words: string;
  writtenAt: string;
}

async function versionsOf(subject: Subject): Promise<Version[]> {
  if ('post' in subject) {
    const path = { id: subject.post.id };
    const { items } = await api.get('/v1/posts/{id}/revisions', { path });
    return items.map(({ id, title, text, description, writtenAt }) => {
      return { id, words: [title, text, description].filter(Boolean).join('\n'), writtenAt };
    });
  }
  const path = { id: subject.comment.id };
  const { items } = await api.get('/v1/comments/{id}/revisions', { path });
  return items.map(({ id, comment, writtenAt }) => ({ id, words: comment, writtenAt }));
}

export function HistoryDialog({ of, onClose }: { of: Subject; onClose: () => void }) {
  const key = 'post' in of ? of.post.id : of.comment.id;
  const versions = useQuery({ queryKey: ['versions', key], queryFn: () => versionsOf(of), staleTime: 0 });
  return (
    <Dialog title={t('post.historyTitle')} onClose={onClose}>
      {versions.isPending && <Loading />}
      {versions.isError && <Problem error={versions.error} />}
      {versions.data?.length === 0 && <p className="faint">{t('post.historyEmpty')}</p>}
      <ol className="versions">
        {versions.data?.map(({ id, words, writtenAt }) => (
          <li key={id}>
            <time className="small faint" dateTime={writtenAt}>
              {formatTime(writtenAt)}
            </time>
            <p className="words" dir="auto">
              {words}
            </p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
