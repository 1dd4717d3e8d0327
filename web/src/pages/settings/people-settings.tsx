import { useInfiniteQuery } from '@tanstack/react-query';
import type { User } from '../../../../sdk/schema.ts';
import { ownPeopleQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { t } from '../../i18n/translate.ts';
import { Loading } from '../../parts/notices.tsx';
import { MoreButton, PeopleList } from '../../parts/people-list.tsx';
import { nameOf } from '../../parts/person.tsx';
import { setBlocking, setMuting } from '../../parts/profile-menu.tsx';
import { sayProblem } from '../../state/toasts.ts';

export function PeopleSettings() {
  return (
    <div className="settings-form">
      <Kept which="blocks" />
      <Kept which="mutes" />
    </div>
  );
}

function Kept({ which }: { which: 'blocks' | 'mutes' }) {
  const people = useInfiniteQuery(ownPeopleQuery(which));
  const items = people.data?.pages.flatMap((page) => page.items) ?? [];
  const isBlocks = which === 'blocks';
  const endWords = t(isBlocks ? 'profile.unblock' : 'profile.unmute');
  const end = async (user: User) => {
    try {
      await (isBlocks ? setBlocking(user, false) : setMuting(user, false));
      await queryClient.invalidateQueries({ queryKey: ['people', which] });
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <section className="settings-section">
      <h2>{t(isBlocks ? 'settings.blocked' : 'settings.muted')}</h2>
      {people.isPending && <Loading />}
      {people.isSuccess && items.length === 0 && (
        <p className="faint">{t(isBlocks ? 'settings.nobodyBlocked' : 'settings.nobodyMuted')}</p>
      )}
      <PeopleList
        people={items}
        hasBio={false}
        act={(user) => (
          <button
            type="button"
            className="button"
            aria-label={t('do.of', { act: endWords, thing: nameOf(user) })}
            onClick={() => void end(user)}
          >
            {endWords}
          </button>
        )}
      />
      <MoreButton query={people} />
    </section>
  );
}
