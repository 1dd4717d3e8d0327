import { chooseLanguage, chosenLanguage, languages, t } from '../../i18n/translate.ts';
import { Switch } from '../../parts/field.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { autoplay, theme } from '../../state/preferences.ts';
import { useStore } from '../../state/store.ts';

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
    </div>
  );
}
