/** The welcome page as HTML, in each language, so that it can be read before the app has arrived. */
import { de } from './src/i18n/de.ts';
import { en } from './src/i18n/en.ts';

const catalogues = { en, de };
type Key = 'app.skip' | 'do.logIn' | 'do.signUp' | 'welcome.title' | 'welcome.lead';

/** File names and contents, made from the app's own page. It looks as `WelcomePage` in its frame does. */
export function welcomePages(page: string): [name: string, text: string][] {
  return Object.entries(catalogues).map(([language, words]) => {
    const say = (key: Key) => String(words[key]);
    const text = page
      .replace('<html lang="en">', `<html lang="${language}">`)
      .replace(/<title>[^<]*<\/title>/, `<title>${say('welcome.title')} – Kith</title>`)
      .replace('<div id="app"></div>', `<div id="app">${bodyOf(say)}</div>`);
    return [`welcome.${language}.html`, text];
  });
}

const bodyOf = (say: (key: Key) => string): string =>
  `<div class="frame frame-open"><a class="skip" href="#main">${say('app.skip')}</a>` +
  '<header class="open-head"><a href="/welcome" class="brand">' +
  '<img src="/favicon.svg" alt="" width="28" height="28">Kith</a>' +
  `<a href="/login" class="button">${say('do.logIn')}</a></header>` +
  '<main id="main" class="main" tabindex="-1"><div class="welcome">' +
  '<img src="/favicon.svg" alt="" width="64" height="64">' +
  `<h1>${say('welcome.title')}</h1><p>${say('welcome.lead')}</p><div class="welcome-ways">` +
  `<a href="/register" class="button primary">${say('do.signUp')}</a>` +
  `<a href="/login" class="button">${say('do.logIn')}</a></div></div></main></div>`;
