import { lazy, Suspense, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { t } from '../../i18n/translate.ts';
import { Avatar } from '../../parts/avatar.tsx';
import { Field } from '../../parts/field.tsx';
import { FormProblem, fieldsOf, useSubmit } from '../../parts/form.tsx';
import { rememberMe, useOwner } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';

const CropDialog = lazy(() =>
  import('../../parts/crop/crop-dialog.tsx').then((m) => ({ default: m.CropDialog })),
);

export function ProfileSettings() {
  const me = useOwner();
  const [values, setValues] = useState({
    displayName: me.displayName,
    bio: me.bio,
    location: me.location ?? '',
    birthDate: me.birthDate ?? '',
    gender: me.gender ?? '',
  });
  const { problem, submit } = useSubmit(async () => {
    const orNull = (value: string) => (value === '' ? null : value);
    const { displayName, bio } = values;
    const rest = {
      location: orNull(values.location),
      birthDate: orNull(values.birthDate),
      gender: orNull(values.gender),
    };
    rememberMe(await api.patch('/v1/users/me', { body: { displayName, bio, ...rest } }));
    void queryClient.invalidateQueries({ queryKey: ['user'] });
    say(t('do.saved'));
  });
  const field = fieldsOf(values, setValues, problem);
  return (
    <form className="form settings-form" onSubmit={submit}>
      <PictureChoice />
      <Field label={t('sign.displayName')} autoComplete="name" {...field('displayName')} />
      <label className="field">
        <span>{t('settings.bio')}</span>
        <textarea
          rows={4}
          maxLength={1000}
          value={values.bio}
          onChange={(event) => setValues({ ...values, bio: event.target.value })}
        />
      </label>
      <Field label={t('settings.location')} {...field('location')} />
      <Field label={t('settings.birthDate')} type="date" autoComplete="bday" {...field('birthDate')} />
      <Field label={t('settings.gender')} {...field('gender')} />
      <FormProblem error={problem} />
      <button type="submit" className="button primary">
        {t('do.save')}
      </button>
    </form>
  );
}

function PictureChoice() {
  const me = useOwner();
  const [file, setFile] = useState<File | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const set = async (avatarMediaId: string | null) => {
    try {
      rememberMe(await api.patch('/v1/users/me', { body: { avatarMediaId } }));
      void queryClient.invalidateQueries({ queryKey: ['user'] });
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <div className="picture-choice">
      <Avatar user={me} size="huge" />
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => {
          setFile(event.target.files?.[0] ?? null);
          event.target.value = '';
        }}
      />
      <button type="button" className="button" onClick={() => picker.current?.click()}>
        {t('settings.changePicture')}
      </button>
      {me.avatarUrl && (
        <button type="button" className="button" onClick={() => void set(null)}>
          {t('settings.removePicture')}
        </button>
      )}
      <Suspense>
        {file && <CropDialog file={file} onClose={() => setFile(null)} onDone={(id) => set(id)} />}
      </Suspense>
    </div>
  );
}
