/** The settings come in one piece. */
export { AccountSettings } from './account-settings.tsx';
export { AppPasswordSettings } from './app-password-settings.tsx';
export { LookSettings } from './look-settings.tsx';
export { PeopleSettings } from './people-settings.tsx';
export { PrivacySettings } from './privacy-settings.tsx';
export { ProfileSettings } from './profile-settings.tsx';
export { SessionSettings } from './session-settings.tsx';
export { SettingsPage } from './settings.tsx';
