import { useQuery } from '@tanstack/react-query';
import type { Session } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { sessionsQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { formatAgo, t } from '../../i18n/translate.ts';
import { Loading, Problem } from '../../parts/notices.tsx';
import { say, sayProblem } from '../../state/toasts.ts';

const systems = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'];
const browsers = ['Firefox', 'Edg', 'Chrome', 'Safari'];

/** As much as a person needs to know it again. */
function deviceName(agent: string): string {
  const found = [browsers, systems].map((names) => names.find((name) => agent.includes(name)));
  return (
    found.filter(Boolean).join(', ').replace('Edg', 'Edge') || agent.slice(0, 40) || t('settings.device')
  );
}

export function SessionSettings() {
  const sessions = useQuery(sessionsQuery());
  const end = async (id: string) => {
    try {
      await api.delete('/v1/sessions/{id}', { path: { id } });
      say(t('settings.sessionEnded'));
      await queryClient.invalidateQueries({ queryKey: ['sessions'] });
    } catch (error) {
      sayProblem(error);
    }
  };
  if (sessions.isPending) return <Loading />;
  if (sessions.isError) return <Problem error={sessions.error} />;
  return (
    <ul className="lines">
      {sessions.data.items.map((session) => (
        <SessionLine key={session.id} session={session} onEnd={() => void end(session.id)} />
      ))}
    </ul>
  );
}

function SessionLine({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const device = deviceName(session.device);
  const seen = t('settings.lastSeen', { when: formatAgo(session.lastSeenAt) });
  return (
    <li className="line">
      <div>
        <p>{device}</p>
        <p className="small faint">{session.current ? t('settings.thisDevice') : seen}</p>
      </div>
      {!session.current && (
        <button
          type="button"
          className="button"
          // Several may be of one kind of device.
          aria-label={t('do.of', { act: t('settings.endSession'), thing: `${device}, ${seen}` })}
          onClick={onEnd}
        >
          {t('settings.endSession')}
        </button>
      )}
    </li>
  );
}
