import { Copy, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { FileNode, Share } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { formatDate, t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { Field } from '../field.tsx';
import { IconButton } from '../icon-button.tsx';

type Role = Share['role'];

export function ShareLinks({ node, links }: { node: FileNode; links: readonly Share[] }) {
  return (
    <section className="share-part">
      <h3>{t('share.links')}</h3>
      <p className="small faint">{t('share.linkMore')}</p>
      <ul>
        {links.map((link) => (
          <SharedLink key={link.id} node={node} link={link} />
        ))}
      </ul>
      <NewLink node={node} />
    </section>
  );
}

function NewLink({ node }: { node: FileNode }) {
  const [role, setRole] = useState<Role>('viewer');
  const [password, setPassword] = useState('');
  const [lastDay, setLastDay] = useState('');
  const roles: readonly Role[] =
    node.kind === 'folder' ? ['viewer', 'editor', 'uploader'] : ['viewer', 'editor'];
  const make = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      link: true,
      role,
      ...(password && { password }),
      // To the end of that day, where the person is.
      ...(lastDay && { expiresAt: new Date(`${lastDay}T23:59:59`).toISOString() }),
    };
    try {
      const { url } = await api.post('/v1/files/{id}/shares', { path: { id: node.id }, body });
      setPassword('');
      setLastDay('');
      if (url) await copy(url);
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
  };
  return (
    <form className="share-form" onSubmit={make}>
      <details>
        <summary>{t('share.options')}</summary>
        <div className="form share-options">
          <Field
            label={t('share.password')}
            type="password"
            autoComplete="new-password"
            maxLength={200}
            value={password}
            onChange={setPassword}
          />
          <Field label={t('share.expires')} type="date" value={lastDay} onChange={setLastDay} />
        </div>
      </details>
      <div className="share-line">
        <label className="select">
          <select
            aria-label={t('share.role')}
            value={role}
            onChange={({ target }) => setRole(target.value as Role)}
          >
            {roles.map((each) => (
              <option key={each} value={each}>
                {t(`share.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button">
          {t('share.makeLink')}
        </button>
      </div>
    </form>
  );
}

async function copy(url: string): Promise<void> {
  // Not there where Kith is reached by plain http; the address is shown to be copied by hand.
  await navigator.clipboard?.writeText(url).then(
    () => say(t('share.copied')),
    () => {},
  );
}

function SharedLink({ node, link }: { node: FileNode; link: Share }) {
  const end = async () => {
    try {
      await api.delete('/v1/files/{id}/shares/{shareId}', { path: { id: node.id, shareId: link.id } });
      say(t('share.linkEnded'));
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
  };
  const facts = [
    t(`share.${link.role}`),
    link.hasPassword && t('share.hasPassword'),
    link.expiresAt && t('share.until', { date: formatDate(link.expiresAt) }),
    link.downloads > 0 && t('share.downloads', { count: link.downloads }),
  ].filter(Boolean);
  const thing = link.url ?? facts.join(', ');
  return (
    <li className="shared-link">
      <div className="shared-link-words">
        <input
          readOnly
          aria-label={t('share.linkAddress')}
          value={link.url ?? ''}
          onFocus={({ target }) => target.select()}
        />
        <p className="small faint">{facts.join(' · ')}</p>
      </div>
      <IconButton
        icon={Copy}
        label={t('do.of', { act: t('share.copy'), thing })}
        onClick={() => void copy(link.url ?? '')}
      />
      <IconButton
        icon={X}
        label={t('do.of', { act: t('share.linkEnd'), thing })}
        onClick={() => void end()}
      />
    </li>
  );
}
