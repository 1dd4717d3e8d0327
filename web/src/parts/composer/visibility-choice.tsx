import type { Post } from '../../../../sdk/schema.ts';
import { t } from '../../i18n/translate.ts';
import { visibilityIcons } from '../post-card.tsx';

const visibilities = ['public', 'followers', 'only-me'] as const;

interface VisibilityChoiceProps {
  chosen: Post['visibility'];
  onChoose: (visibility: Post['visibility']) => void;
}

export function VisibilityChoice({ chosen, onChoose }: VisibilityChoiceProps) {
  const Icon = visibilityIcons[chosen];
  return (
    <label className="select">
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      <select
        aria-label={t('post.visibility')}
        value={chosen}
        onChange={(event) => onChoose(event.target.value as Post['visibility'])}
      >
        {visibilities.map((each) => (
          <option key={each} value={each}>
            {t(`post.${each}`)} – {t(`post.${each}More`)}
          </option>
        ))}
      </select>
    </label>
  );
}
