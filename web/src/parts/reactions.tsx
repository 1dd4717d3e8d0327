import { Frown, Heart, Laugh, type LucideIcon, SmilePlus, Sparkles, ThumbsUp } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { Post } from '../../../sdk/schema.ts';
import { formatCount, t } from '../i18n/translate.ts';
import { type ReactionKind, react, reactionKinds } from '../state/react.ts';

export const reactionIcons: Readonly<Record<ReactionKind, LucideIcon>> = {
  like: ThumbsUp,
  love: Heart,
  laugh: Laugh,
  wow: Sparkles,
  sad: Frown,
};

/** One press likes, or takes the reaction back; the second button offers the others. */
export function Reactions({ post }: { post: Post }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // Every post has one, and few are ever opened.
  const [wasOpened, setWasOpened] = useState(false);
  const { reaction } = post.viewer;
  const Icon = reactionIcons[reaction ?? 'like'];
  const label = reaction ? t('react.off', { kind: t(`react.${reaction}`) }) : t('react.like');
  const place = () => {
    const from = button.current?.getBoundingClientRect();
    const element = list.current;
    if (!from || !element) return;
    element.style.left = `${Math.max(4, Math.min(from.left - 72, innerWidth - element.offsetWidth - 4))}px`;
    element.style.top = `${Math.max(4, from.top - element.offsetHeight - 4)}px`;
  };
  return (
    <>
      <button
        type="button"
        className={reaction ? `action is-on is-${reaction}` : 'action'}
        aria-pressed={reaction !== null}
        title={label}
        onClick={() => void react(post, reaction ? null : 'like')}
      >
        <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
        <span className="quiet-words">{label}</span>
        {post.counts.likes > 0 && <span className="count">{formatCount(post.counts.likes)}</span>}
      </button>
      <button
        ref={button}
        type="button"
        className="action action-quiet"
        aria-label={t('react.choose')}
        title={t('react.choose')}
        popoverTarget={id}
      >
        <SmilePlus size={20} strokeWidth={1.75} aria-hidden="true" />
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        className="reaction-choice"
        onBeforeToggle={() => setWasOpened(true)}
        onToggle={(event) => {
          if (event.newState !== 'open') return;
          place();
          list.current?.querySelector('button')?.focus();
        }}
      >
        {(wasOpened ? reactionKinds : []).map((kind) => {
          const Each = reactionIcons[kind];
          return (
            <button
              key={kind}
              type="button"
              className={`icon-button is-${kind}`}
              aria-label={t(`react.${kind}`)}
              title={t(`react.${kind}`)}
              aria-pressed={reaction === kind}
              onClick={() => {
                list.current?.hidePopover();
                void react(post, kind);
              }}
            >
              <Each size={24} strokeWidth={1.75} aria-hidden="true" />
            </button>
          );
        })}
      </div>
    </>
  );
}
