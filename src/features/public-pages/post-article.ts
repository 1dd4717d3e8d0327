/** A post and its parts as the app shows them, by the same styles, for whoever reads without script. */

import { type Html, html } from '../../lib/html.ts';
import type { ShortUser } from '../accounts/index.ts';
import {
  nameOf,
  type PublicComment,
  type PublicMedia,
  type PublicPost,
  postPath,
  profilePath,
  whole,
} from './public-post.ts';
import { richText } from './rich-text.ts';
import type { Words } from './words.ts';

export function avatar(
  { avatarUrl, ...user }: ShortUser,
  size: 'small' | 'middle' | 'huge',
  pixels: number,
): Html {
  if (avatarUrl)
    return html`<img class="avatar avatar-${size}" src="${avatarUrl}" alt="" width="${pixels}" height="${pixels}" loading="lazy" decoding="async">`;
  return html`<span class="avatar avatar-${size}" aria-hidden="true">${[...nameOf(user)][0]?.toUpperCase()}</span>`;
}

const when = (at: string, say: Words): Html => html`<time datetime="${at}">${say.date(at)}</time>`;

const words = (text: string, base = ''): Html | false =>
  text !== '' && html`<p class="words" dir="auto">${richText(text, base)}</p>`;

const mediaShownMax = 4;

export interface ArticleOptions {
  /** With all its photos, and its words however long. */
  isWhole: boolean;
  /** The first on its page. */
  isUrgent: boolean;
  say: Words;
}

export function postArticle(post: PublicPost, { isWhole, isUrgent, say }: ArticleOptions): Html {
  const { author, id, title, text, description, media, counts, publishedAt, editedAt } = post;
  const shown = isWhole ? media : media.slice(0, mediaShownMax);
  return html`<article class="post" aria-label="${say.postBy(nameOf(author))}">
<header class="post-head"><a href="${profilePath(author.username)}" class="avatar-link" tabindex="-1" aria-hidden="true">${avatar(author, 'middle', 40)}</a>
<div class="post-by"><a href="${profilePath(author.username)}" class="person-name" rel="author">${nameOf(author)}</a>
<p class="small faint post-facts"><a href="${postPath(id)}">${when(publishedAt, say)}</a>${editedAt !== null && html`<span>· ${say.edited}</span>`}</p></div></header>
${title !== '' && html`<h2 class="post-title" dir="auto">${title}</h2>`}${words(text)}${words(description)}${tags(post)}
${shown.length > 0 && html`<div class="media${shown.length <= mediaShownMax && html` media-${shown.length}`}">${shown.map((each, i) => medium(each, { isAlone: shown.length === 1, isUrgent: isUrgent && i === 0, say }))}</div>`}
<footer class="post-actions small faint"><a class="action" href="${postPath(id)}">${say.count(counts.likes, 'like')} · ${say.count(counts.comments, 'comment')}</a></footer>
</article>`;
}

/** Those that were given apart from the words. */
function tags({ hashtags, title, text, description }: PublicPost): Html | false {
  const said = `${title} ${text} ${description}`.toLowerCase();
  const apart = hashtags.filter((tag) => !said.includes(`#${tag}`));
  return (
    apart.length > 0 && html`<p class="post-tags">${apart.map((tag) => html`<span>#${tag}</span> `)}</p>`
  );
}

const formatOrder = ['avif', 'webp', 'png', 'jpeg'];

function medium(
  { kind, alt, width, height, variants, posterUrl, playlistUrl }: PublicMedia,
  { isAlone, isUrgent, say }: { isAlone: boolean; isUrgent: boolean; say: Words },
): Html {
  if (kind === 'video') {
    return html`<video controls preload="none" playsinline${posterUrl && html` poster="${posterUrl}"`}${size(width, height)} aria-label="${alt || say.video}">${playlistUrl && html`<source src="${playlistUrl}" type="application/vnd.apple.mpegurl">`}</video>`;
  }
  const groups = formatOrder
    .map((format) => ({ format, variants: variants.filter((each) => each.format === format) }))
    .filter((group) => group.variants.length > 0);
  const last = groups.at(-1)?.variants;
  if (!last) return html`<p class="post-state">${alt}</p>`;
  const sizes = isAlone ? '(min-width: 720px) 592px, 100vw' : '(min-width: 720px) 300px, 50vw';
  const srcset = (each: PublicMedia['variants']) =>
    each.map(({ url, width }) => `${url} ${width}w`).join(', ');
  return html`<picture class="picture">${groups
    .slice(0, -1)
    .map(
      (group) =>
        html`<source type="image/${group.format}" srcset="${srcset(group.variants)}" sizes="${sizes}">`,
    )}<img src="${last[Math.floor(last.length / 2)]!.url}" srcset="${srcset(last)}" sizes="${sizes}" alt="${alt}"${size(width, height)} loading="${isUrgent ? 'eager' : 'lazy'}" decoding="async"></picture>`;
}

const size = (width: number | null, height: number | null): Html | false =>
  width !== null && height !== null && html` width="${width}" height="${height}"`;

export function commentItem({ author, text, at }: PublicComment, say: Words): Html {
  return html`<li class="comment-own">${avatar(author, 'small', 28)}<div class="comment-words"><p class="comment-head"><a href="${profilePath(author.username)}" class="person-name">${nameOf(author)}</a><span class="small faint">${when(at, say)}</span></p>${words(text)}</div></li>`;
}

/** A post's words and pictures as feed readers show them, with whole addresses. */
export function postContent(post: PublicPost, base: string): Html {
  const pictures = post.media.flatMap(({ kind, alt, posterUrl, variants, width, height }) => {
    const picture =
      kind === 'video'
        ? posterUrl
        : (variants.findLast(({ width }) => width <= feedWidthMax) ?? variants[0])?.url;
    return picture
      ? [
          html`<p><a href="${base}${postPath(post.id)}"><img src="${whole(base, picture)}" alt="${alt}"${size(width, height)}></a></p>`,
        ]
      : [];
  });
  const text = (each: string) =>
    each
      .split(/\n{2,}/)
      .filter((paragraph) => paragraph !== '')
      .map(
        (paragraph) =>
          html`<p>${paragraph.split('\n').map((line, i) => html`${i > 0 && html`<br>`}${richText(line, base)}`)}</p>`,
      );
  return html`${text(post.text)}${text(post.description)}${pictures}`;
}

const feedWidthMax = 1280;
