/** The first thing that somebody with an account reads, made on the server, so that it need not wait for the app. */
import { type Html, html } from '../../lib/html.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import type { AccountDirectory, OwnUser, Profiles } from '../accounts/index.ts';
import type { Feed } from '../feed/index.ts';
import {
  avatar,
  type PublicPost,
  postArticle,
  profilePath,
  type Words,
  wordsOf,
} from '../public-pages/index.ts';
import { bellIcon, folderIcon, homeIcon, searchIcon, settingsIcon, shieldIcon, writeIcon } from './icons.ts';

export interface HomePageDeps {
  accounts: Pick<AccountDirectory, 'get'>;
  profiles: Pick<Profiles, 'presentOwn'>;
  feed: Pick<Feed, 'read'>;
}

export interface HomePage {
  /** HTML for the head and the body of the app's page. */
  read(principal: Principal, language: string): Promise<{ head: string; body: string }>;
}

export const postsShownMax = 5;
/** The page that the app asks for first, so that both are made at once. */
const firstPage = { order: 'recent', limit: 20, cursor: undefined } as const;

export function createHomePage({ accounts, profiles, feed }: HomePageDeps): HomePage {
  return {
    async read(principal, language) {
      const { userId } = principal;
      const [account, text] = await Promise.all([
        accounts.get(userId),
        feed.read(principal, userId, firstPage),
      ]);
      if (!account) throw notFound();
      const me = await profiles.presentOwn(account);
      const { items } = JSON.parse(text) as { items: { post: PublicPost }[] };
      const posts = items.slice(0, postsShownMax).map(({ post }) => post);
      const say = wordsOf(language);
      return { head: headOf(me, say).text, body: bodyOf(me, posts, say).text };
    },
  };
}

/** `web/src/state/session.ts` reads it. */
const headOf = (me: OwnUser, say: Words): Html =>
  html`<title>${say.home} – Kith</title><meta name="kith-session" content="cookie"><meta name="kith-me" content="${JSON.stringify(me)}">`;

/** As the app draws it (`web/src/app/frame.tsx`, `web/src/pages/home.tsx`). */
function bodyOf(me: OwnUser, posts: readonly PublicPost[], say: Words): Html {
  const articles = posts.map((post, i) =>
    postArticle(shortened(post), { isWhole: false, isUrgent: i === 0, say }),
  );
  return html`<div class="frame served"><a class="skip" href="#main">${say.skip}</a>
<nav class="navigation" aria-label="${say.main}"><a href="/" class="brand" tabindex="-1" aria-hidden="true"><img src="/favicon.svg" alt="" width="28" height="28"><span class="place-words">Kith</span></a>
${places(me, say)}</nav>
<main id="main" class="main" tabindex="-1"><header class="page-head"><h1 tabindex="-1">${say.home}</h1></header>
<p class="ask">${avatar(me, 'middle', 40)}<span>${say.ask}</span></p>
<div class="served-posts">${articles}</div></main></div>`;
}

/** The same places in the same order, so that nothing changes when the app takes them over. */
const places = (
  me: OwnUser,
  say: Words,
): Html => html`${place('/', say.home, homeIcon, { isHere: true })}${place('/search', say.search, searchIcon)}
<span class="place place-write"><span class="place-icon">${writeIcon}</span><span class="place-words">${say.write}</span></span>
${place('/notifications', say.notifications, bellIcon)}${place('/files', say.files, folderIcon, { more: 'place-wide' })}
<a href="${profilePath(me.username)}" class="place">${avatar(me, 'small', 28)}<span class="place-words">${say.you}</span></a>
${place('/settings', say.settings, settingsIcon, { more: 'place-extra' })}${me.isAdmin && place('/admin', say.admin, shieldIcon, { more: 'place-extra' })}`;

const place = (
  path: string,
  words: string,
  icon: Html,
  { isHere = false, more = '' }: { isHere?: boolean; more?: string } = {},
): Html =>
  html`<a href="${path}" class="place ${more}"${isHere && html` aria-current="page"`}><span class="place-icon">${icon}</span><span class="place-words">${words}</span></a>`;

const charactersMax = 600;

/** Long texts begin folded in the app as well. */
function shortened(post: PublicPost): PublicPost {
  const { text } = post;
  if (text.length <= charactersMax) return post;
  return { ...post, text: `${text.slice(0, charactersMax).replace(/\s+\S*$/, '')}…` };
}
