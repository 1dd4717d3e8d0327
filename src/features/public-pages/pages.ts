/** What stands in the app's page for a post and for a profile. */
import { type Html, html } from '../../lib/html.ts';
import { avatar, commentItem, postArticle } from './post-article.ts';
import {
  nameOf,
  type PostContent,
  type ProfileContent,
  postPath,
  previewOf,
  profilePath,
  shortened,
  summaryOf,
  titleOf,
  whole,
} from './public-post.ts';
import { richText } from './rich-text.ts';
import type { Words } from './words.ts';

export interface Page {
  status: 200 | 404;
  head: string;
  body: string;
}

interface About {
  title: string;
  /** Where it lives, whichever way it was asked for. */
  address: string;
  type: 'article' | 'profile';
  description: string;
  image?: { url: string; width?: number; height?: number; alt: string } | undefined;
  isLarge: boolean;
  more: Html[];
}

/** What programs read of a page that somebody shares a link to. */
function headOf({ title, address, type, description, image, isLarge, more }: About): string {
  const named = (name: string, content: string | number) => html`<meta name="${name}" content="${content}">`;
  const property = (name: string, content: string | number) =>
    html`<meta property="${name}" content="${content}">`;
  return html`<title>${title} – Kith</title>
${named('description', description)}
<link rel="canonical" href="${address}">
${property('og:site_name', 'Kith')}${property('og:type', type)}${property('og:title', title)}${property('og:description', description)}${property('og:url', address)}
${
  image && [
    property('og:image', image.url),
    image.width !== undefined && property('og:image:width', image.width),
    image.height !== undefined && property('og:image:height', image.height),
    property('og:image:alt', image.alt),
    named('twitter:image', image.url),
    named('twitter:image:alt', image.alt),
  ]
}
${named('twitter:card', isLarge ? 'summary_large_image' : 'summary')}${named('twitter:title', title)}${named('twitter:description', description)}
${more}`.text;
}

const oEmbedLink = (base: string, address: string): Html =>
  html`<link rel="alternate" type="application/json+oembed" href="${base}/oembed?url=${encodeURIComponent(address)}" title="oEmbed">`;

const feedLinks = (address: string, name: string): Html[] =>
  [
    ['application/rss+xml', 'feed.xml', 'RSS'],
    ['application/atom+xml', 'feed.atom', 'Atom'],
    ['application/feed+json', 'feed.json', 'JSON Feed'],
  ].map(
    ([type, file, kind]) =>
      html`<link rel="alternate" type="${type}" href="${address}/${file}" title="${name} (${kind})">`,
  );

/** The frame of the app for those who are only looking. */
const framed = (heading: string, content: Html, say: Words): string =>
  html`<div class="frame frame-open served"><a class="skip" href="#main">${say.skip}</a>
<header class="open-head"><a href="/welcome" class="brand"><img src="/favicon.svg" alt="" width="28" height="28">Kith</a><a href="/login" class="button">${say.logIn}</a></header>
<main id="main" class="main" tabindex="-1"><header class="page-head"><h1 tabindex="-1">${heading}</h1></header>
${content}</main></div>`.text;

export function postPage({ post, comments }: PostContent, base: string, say: Words): Page {
  const address = base + postPath(post.id);
  const { author } = post;
  const preview = previewOf(post);
  const property = (name: string, content: string) => html`<meta property="${name}" content="${content}">`;
  return {
    status: 200,
    head: headOf({
      title: post.title ? titleOf(post) : say.onKith(nameOf(author)),
      address,
      type: 'article',
      description: summaryOf(post),
      image: preview && { ...preview, url: whole(base, preview.url) },
      isLarge: preview !== undefined,
      more: [
        property('article:published_time', post.publishedAt),
        ...(post.editedAt === null ? [] : [property('article:modified_time', post.editedAt)]),
        property('article:author', base + profilePath(author.username)),
        ...post.hashtags.map((tag) => property('article:tag', tag)),
        oEmbedLink(base, address),
        ...feedLinks(base + profilePath(author.username), nameOf(author)),
      ],
    }),
    body: framed(
      say.postBy(nameOf(author)),
      html`${postArticle(post, { isWhole: true, isUrgent: true, say })}
${comments.length > 0 && html`<section class="comments" aria-label="${say.comments}"><ol>${comments.map((each) => commentItem(each, say))}</ol></section>`}
${post.counts.comments > comments.length && html`<p class="list-end faint">${say.inAll(say.count(post.counts.comments, 'comment'))}</p>`}`,
      say,
    ),
  };
}

export function profilePage(
  { user, posts, nextCursor }: ProfileContent,
  base: string,
  cursor: string | undefined,
  say: Words,
): Page {
  const { username, bio, counts, avatarUrl, location } = user;
  const path = profilePath(username);
  const name = nameOf(user);
  const pageOf = (at: string | undefined) =>
    at === undefined ? path : `${path}?cursor=${encodeURIComponent(at)}`;
  return {
    status: 200,
    head: headOf({
      title: `${name} (@${username})`,
      address: base + pageOf(cursor),
      type: 'profile',
      description: shortened(bio, 200) || say.sharesHere(name),
      image: avatarUrl === null ? undefined : { url: whole(base, avatarUrl), alt: name },
      isLarge: false,
      more: [
        html`<meta property="profile:username" content="${username}">`,
        oEmbedLink(base, base + path),
        ...feedLinks(base + path, name),
      ],
    }),
    body: framed(
      name,
      html`<section class="profile-head" aria-label="${name}"><div class="profile-top">${avatar(user, 'huge', 88)}</div>
<p class="profile-name">${name}</p><p class="faint">@${username}</p>
${bio !== '' && html`<p class="words" dir="auto">${richText(bio)}</p>`}
${location && html`<p class="profile-facts small faint"><span>${location}</span></p>`}
<p class="profile-counts"><span>${say.count(counts.posts, 'post')}</span><span>${say.count(counts.followers, 'follower')}</span><span>${say.followsCount(counts.following)}</span></p></section>
${posts.map((post, i) => postArticle(post, { isWhole: false, isUrgent: i === 0, say }))}
${posts.length === 0 && html`<p class="list-end faint">${say.noPosts}</p>`}
${(cursor !== undefined || nextCursor !== null) && html`<nav class="list-end" aria-label="${say.pages}">${cursor !== undefined && html`<a href="${path}">${say.newest}</a> `}${nextCursor !== null && html`<a rel="next" href="${pageOf(nextCursor)}">${say.older}</a>`}</nav>`}`,
      say,
    ),
  };
}

const absentPages = new Map<string, Page>();

/** For what is hidden and what never was, in each language the same bytes. */
export function absentPage(say: Words): Page {
  let page = absentPages.get(say.language);
  if (!page) {
    page = makeAbsentPage(say);
    absentPages.set(say.language, page);
  }
  return page;
}

function makeAbsentPage(say: Words): Page {
  return {
    status: 404,
    head: html`<title>${say.nothing} – Kith</title>
<meta name="robots" content="noindex">`.text,
    body: framed(say.nothing, html`<p>${say.nothingMore}</p><p><a href="/login">${say.logIn}</a></p>`, say),
  };
}
