/** What pages without script say, in each language that there is. Adding one: write it here, and it is complete or does not compile. */

interface Plain {
  skip: string;
  logIn: string;
  main: string;
  home: string;
  search: string;
  write: string;
  notifications: string;
  files: string;
  settings: string;
  admin: string;
  you: string;
  ask: string;
  edited: string;
  video: string;
  comments: string;
  pages: string;
  newest: string;
  older: string;
  noPosts: string;
  nothing: string;
  nothingMore: string;
}

export interface Words extends Plain {
  language: string;
  postBy(name: string): string;
  onKith(name: string): string;
  sharesHere(name: string): string;
  followsCount(count: number): string;
  count(count: number, what: 'comment' | 'like' | 'post' | 'follower'): string;
  inAll(comments: string): string;
  date(iso: string): string;
}

type Forms = Record<'comment' | 'like' | 'post' | 'follower', readonly [one: string, other: string]>;
type Sentences = Pick<Words, 'postBy' | 'onKith' | 'sharesHere' | 'inAll'> & { following: string };

function speak(language: string, plain: Plain, sentences: Sentences, forms: Forms): Words {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  // Pages are kept for many readers, so the day is that of the whole world.
  const days = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    language,
    ...plain,
    ...sentences,
    followsCount: (count) => `${numbers.format(count)} ${sentences.following}`,
    count: (count, what) =>
      `${numbers.format(count)} ${forms[what][plurals.select(count) === 'one' ? 0 : 1]}`,
    date: (iso) => days.format(new Date(iso)),
  };
}

const english = () =>
  speak(
    'en',
    {
      skip: 'Skip to the content',
      logIn: 'Log in',
      main: 'Main',
      home: 'Home',
      search: 'Search',
      write: 'Write',
      notifications: 'Notifications',
      files: 'Files',
      settings: 'Settings',
      admin: 'Administration',
      you: 'You',
      ask: 'What would you like to share?',
      edited: 'edited',
      video: 'Video',
      comments: 'Comments',
      pages: 'Pages',
      newest: 'Newest posts',
      older: 'Older posts',
      noPosts: 'No posts here.',
      nothing: 'Nothing is here',
      nothingMore: 'Nothing is here, or not for you. If you have an account, log in and look again.',
    },
    {
      postBy: (name) => `Post by ${name}`,
      onKith: (name) => `${name} on Kith`,
      sharesHere: (name) => `What ${name} shares on Kith.`,
      following: 'following',
      inAll: (comments) => `${comments} in all`,
    },
    {
      comment: ['comment', 'comments'],
      like: ['like', 'likes'],
      post: ['post', 'posts'],
      follower: ['follower', 'followers'],
    },
  );

const german = () =>
  speak(
    'de',
    {
      skip: 'Zum Inhalt springen',
      logIn: 'Anmelden',
      main: 'Hauptmenü',
      home: 'Start',
      search: 'Suche',
      write: 'Schreiben',
      notifications: 'Mitteilungen',
      files: 'Dateien',
      settings: 'Einstellungen',
      admin: 'Verwaltung',
      you: 'Du',
      ask: 'Was möchtest du teilen?',
      edited: 'bearbeitet',
      video: 'Video',
      comments: 'Kommentare',
      pages: 'Seiten',
      newest: 'Neueste Beiträge',
      older: 'Ältere Beiträge',
      noPosts: 'Hier sind keine Beiträge.',
      nothing: 'Hier ist nichts',
      nothingMore:
        'Hier ist nichts, oder es ist nicht für dich. Wenn du ein Konto hast, melde dich an und sieh noch einmal nach.',
    },
    {
      postBy: (name) => `Beitrag von ${name}`,
      onKith: (name) => `${name} auf Kith`,
      sharesHere: (name) => `Was ${name} auf Kith teilt.`,
      following: 'gefolgt',
      inAll: (comments) => `${comments} insgesamt`,
    },
    {
      comment: ['Kommentar', 'Kommentare'],
      like: ['Reaktion', 'Reaktionen'],
      post: ['Beitrag', 'Beiträge'],
      follower: ['Follower', 'Follower'],
    },
  );

const made: Record<string, () => Words> = { en: english, de: german };
export const pageLanguages: readonly string[] = Object.keys(made);
const kept = new Map<string, Words>();

/** English where the language is none of those. */
export function wordsOf(language: string): Words {
  let words = kept.get(language);
  if (!words) {
    words = (made[language] ?? english)();
    kept.set(language, words);
  }
  return words;
}
