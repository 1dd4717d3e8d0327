import { Link } from '@tanstack/react-router';
import {
  AtSign,
  Folder,
  Heart,
  type LucideIcon,
  MessageCircle,
  Reply,
  UserCheck,
  UserPlus,
} from 'lucide-react';
import type { Notification } from '../../../sdk/schema.ts';
import { t } from '../i18n/translate.ts';
import { Avatar } from './avatar.tsx';
import { nameOf } from './person.tsx';
import { When } from './when.tsx';

const icons: Readonly<Record<Notification['kind'], LucideIcon>> = {
  like: Heart,
  comment: MessageCircle,
  reply: Reply,
  mention: AtSign,
  follow: UserPlus,
  'follow-request': UserPlus,
  'request-accepted': UserCheck,
  'file-share': Folder,
};

export function NotificationView({ note }: { note: Notification }) {
  const Icon = icons[note.kind];
  const excerpt = note.comment?.excerpt || note.post?.excerpt || note.file?.name;
  const words = (
    <>
      <span className="note-people">
        {note.actors.map((actor) => (
          <Avatar key={actor.id} user={actor} size="small" />
        ))}
        <Icon size={20} strokeWidth={2.25} className={`note-kind is-${note.kind}`} aria-hidden="true" />
      </span>
      <span className="note-words">
        <span>
          {t(`note.${note.kind}`, { names: namesOf(note) })}
          {!note.read && <span className="note-unread" role="img" aria-label={t('note.unread')} />}
        </span>
        {excerpt && (
          <span className="note-excerpt faint" dir="auto">
            {excerpt}
          </span>
        )}
        <span className="small faint">
          <When at={note.updatedAt} />
        </span>
      </span>
    </>
  );
  const username = note.actors[0]?.username ?? '';
  return (
    <li className={note.read ? 'note' : 'note is-unread'}>
      {note.post ? (
        <Link to="/p/$id" params={{ id: note.post.id }} className="note-link">
          {words}
        </Link>
      ) : note.file ? (
        <Link
          {...(note.file.kind === 'folder'
            ? { to: '/files/shared/$id', params: { id: note.file.id } }
            : { to: '/files/shared' })}
          className="note-link"
        >
          {words}
        </Link>
      ) : note.kind === 'follow-request' ? (
        <Link to="/requests" className="note-link">
          {words}
        </Link>
      ) : (
        <Link to="/@{$username}" params={{ username }} className="note-link">
          {words}
        </Link>
      )}
    </li>
  );
}

/** “Ann”, “Ann and Bob”, “Ann, Bob and Carol”, “Ann, Bob and 5 others”. */
function namesOf({ actors, actorCount }: Notification): string {
  const [first = t('comment.gone'), second, third] = actors.map(nameOf);
  if (second === undefined) return first;
  if (actorCount === 2) return t('note.names2', { first, second });
  if (actorCount === 3 && third !== undefined) return t('note.names3', { first, second, third });
  return t('note.namesMore', { first, second, count: actorCount - 2 });
}
