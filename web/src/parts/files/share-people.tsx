import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { FileNode, Share } from '../../../../sdk/schema.ts';
import { api, fieldProblem, problemText } from '../../api/client.ts';
import { userQuery } from '../../api/queries.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { Avatar } from '../avatar.tsx';
import { Field } from '../field.tsx';
import { IconButton } from '../icon-button.tsx';
import { nameOf } from '../person.tsx';

const suggestionsMax = 5;
type PersonRole = 'viewer' | 'editor';

export function SharePeople({ node, shares }: { node: FileNode; shares: readonly Share[] }) {
  const [who, setWho] = useState('');
  const [role, setRole] = useState<PersonRole>('viewer');
  const [problem, setProblem] = useState<string>();
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const username = who.trim().replace(/^@/, '');
    try {
      await api.post('/v1/files/{id}/shares', { path: { id: node.id }, body: { username, role } });
      say(t('share.sharedWith', { name: username }));
      setWho('');
      setProblem(undefined);
    } catch (error) {
      setProblem(fieldProblem(error, 'username') ?? fieldProblem(error, 'userId') ?? problemText(error));
    }
    refreshFiles();
  };
  return (
    <section className="share-part">
      <h3>{t('share.people')}</h3>
      <form className="share-form" onSubmit={add}>
        <PersonField value={who} problem={problem} onChange={setWho} />
        <div className="share-line">
          <RoleChoice label={t('share.role')} role={role} onChange={setRole} />
          <button type="submit" className="button primary" disabled={who.trim() === ''}>
            {t('share.add')}
          </button>
        </div>
      </form>
      <ul>
        {shares.map((share) => (
          <SharedPerson key={share.id} node={node} share={share} />
        ))}
      </ul>
    </section>
  );
}

interface PersonFieldProps {
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

/** Offers people as one types, by the browser's own list. */
function PersonField({ value, problem, onChange }: PersonFieldProps) {
  const listId = useId();
  const q = value.trim().replace(/^@/, '');
  const people = useQuery({
    queryKey: ['search', 'to-share', q],
    queryFn: ({ signal }) =>
      api.get('/v1/search', { query: { q: `@${q}`, type: 'users', limit: suggestionsMax }, signal }),
    enabled: q.length > 0,
  });
  return (
    <>
      <Field
        label={t('share.person')}
        hint={t('share.personHint')}
        list={listId}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={value}
        problem={problem}
        onChange={onChange}
      />
      <datalist id={listId}>
        {people.data?.items.map(
          (item) =>
            'username' in item && (
              <option key={item.id} value={item.username}>
                {nameOf(item)}
              </option>
            ),
        )}
      </datalist>
    </>
  );
}

interface RoleChoiceProps {
  label: string;
  role: PersonRole;
  onChange: (role: PersonRole) => void;
}

function RoleChoice({ label, role, onChange }: RoleChoiceProps) {
  return (
    <label className="select">
      <select aria-label={label} value={role} onChange={({ target }) => onChange(target.value as PersonRole)}>
        <option value="viewer">{t('share.viewer')}</option>
        <option value="editor">{t('share.editor')}</option>
      </select>
    </label>
  );
}

function SharedPerson({ node, share }: { node: FileNode; share: Share }) {
  const user = useQuery(userQuery(share.userId!)).data;
  const name = user ? nameOf(user) : '…';
  const path = { id: node.id, shareId: share.id };
  const carryOut = async (doing: Promise<unknown>, words?: string) => {
    try {
      await doing;
      if (words) say(words);
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
  };
  return (
    <li className="shared-person">
      {user && <Avatar user={user} size="small" />}
      <span className="shared-name person-name">{name}</span>
      <RoleChoice
        label={t('share.roleOf', { name })}
        role={share.role === 'editor' ? 'editor' : 'viewer'}
        onChange={(role) =>
          void carryOut(api.patch('/v1/files/{id}/shares/{shareId}', { path, body: { role } }))
        }
      />
      <IconButton
        icon={X}
        label={t('share.end', { name })}
        onClick={() =>
          void carryOut(api.delete('/v1/files/{id}/shares/{shareId}', { path }), t('share.ended', { name }))
        }
      />
    </li>
  );
}
