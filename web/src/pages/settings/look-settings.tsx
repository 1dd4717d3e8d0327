import { useEffect, useState } from 'react';
import { chooseLanguage, chosenLanguage, languages, t } from '../../i18n/translate.ts';
import { Switch } from '../../parts/field.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { autoplay, theme } from '../../state/preferences.ts';
import { canPush, isPushing, setPushing } from '../../state/push.ts';
import { useStore } from '../../state/store.ts';
import { say, sayProblem } from '../../state/toasts.ts';

export function LookSettings() {
  const chosenTheme = useStore(theme);
  const plays = useStore(autoplay);
  return (
    <div className="settings-form form">
      <section>
        <h2>{t('settings.theme')}</h2>
        <Tabs
          label={t('settings.theme')}
          tabs={[
            { name: 'system', words: t('settings.themeSystem') },
            { name: 'light', words: t('settings.themeLight') },
            { name: 'dark', words: t('settings.themeDark') },
          ]}
          chosen={chosenTheme}
          onChoose={theme.set}
        />
      </section>
      <label className="field">
        <span>{t('settings.language')}</span>
        <select value={chosenLanguage()} onChange={(event) => chooseLanguage(event.target.value)}>
          {Object.entries(languages).map(([code, { name }]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Switch
        label={t('settings.autoplay')}
        more={t('settings.autoplayMore')}
        isOn={plays}
        onChange={autoplay.set}
      />
      <PushSwitch />
    </div>
  );
}

/** Only where the browser can, which needs https or this very machine. */
function PushSwitch() {
  const [isOn, setIsOn] = useState(false);
  useEffect(() => {
    isPushing().then(setIsOn, () => {});
  }, []);
  if (!canPush()) return null;
  const change = async (wished: boolean) => {
    try {
      const isAllowed = await setPushing(wished);
      if (!isAllowed) say(t('settings.pushDenied'));
      setIsOn(wished && isAllowed);
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Switch
      label={t('settings.push')}
      more={t('settings.pushMore')}
      isOn={isOn}
      onChange={(wished) => void change(wished)}
    />
  );
}
