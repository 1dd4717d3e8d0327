/** A profile's newest posts for feed readers: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. */
import { type Html, html } from '../../lib/html.ts';
import { postContent } from './post-article.ts';
import {
  nameOf,
  type ProfileContent,
  type PublicPost,
  postPath,
  previewOf,
  profilePath,
  summaryOf,
  titleOf,
  updatedAt,
  whole,
} from './public-post.ts';

export interface FeedFormat {
  contentType: string;
  file: string;
  write(content: ProfileContent, base: string): string;
}

const declaration = '<?xml version="1.0" encoding="utf-8"?>\n';
const typeOfPicture = (format: string) => `image/${format}`;

/** When anything in it was last written; for an empty one, when its owner joined. */
export const feedUpdatedAt = ({ user, posts }: ProfileContent): string =>
  posts.reduce((latest, post) => (updatedAt(post) > latest ? updatedAt(post) : latest), user.createdAt);

function rss(content: ProfileContent, base: string): string {
  const { user, posts } = content;
  const home = base + profilePath(user.username);
  const utc = (at: string) => new Date(at).toUTCString();
  const item = (post: PublicPost): Html => {
    const picture = previewOf(post);
    return html`<item><title>${titleOf(post)}</title><link>${base}${postPath(post.id)}</link><guid isPermaLink="true">${base}${postPath(post.id)}</guid><pubDate>${utc(post.publishedAt)}</pubDate><dc:creator>${nameOf(user)}</dc:creator><description>${postContent(post, base).text}</description>${post.hashtags.map((tag) => html`<category>${tag}</category>`)}${picture && html`<enclosure url="${whole(base, picture.url)}" length="${picture.sizeBytes}" type="${typeOfPicture(picture.format)}"/>`}</item>
`;
  };
  return (
    declaration +
    html`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>${nameOf(user)} (@${user.username})</title><link>${home}</link><description>${describe(content)}</description><atom:link href="${home}/feed.xml" rel="self" type="application/rss+xml"/><lastBuildDate>${utc(feedUpdatedAt(content))}</lastBuildDate><generator>Kith</generator>${user.avatarUrl !== null && html`<image><url>${whole(base, user.avatarUrl)}</url><title>${nameOf(user)} (@${user.username})</title><link>${home}</link></image>`}
${posts.map(item)}</channel></rss>
`.text
  );
}

function atom(content: ProfileContent, base: string): string {
  const { user, posts } = content;
  const home = base + profilePath(user.username);
  const entry = (post: PublicPost): Html =>
    html`<entry><id>${base}${postPath(post.id)}</id><title>${titleOf(post)}</title><link rel="alternate" type="text/html" href="${base}${postPath(post.id)}"/><published>${post.publishedAt}</published><updated>${updatedAt(post)}</updated><content type="html">${postContent(post, base).text}</content>${post.hashtags.map((tag) => html`<category term="${tag}"/>`)}</entry>
`;
  return (
    declaration +
    html`<feed xmlns="http://www.w3.org/2005/Atom"><id>${home}</id><title>${nameOf(user)} (@${user.username})</title><subtitle>${describe(content)}</subtitle><updated>${feedUpdatedAt(content)}</updated><link rel="self" type="application/atom+xml" href="${home}/feed.atom"/><link rel="alternate" type="text/html" href="${home}"/><author><name>${nameOf(user)}</name><uri>${home}</uri></author><generator>Kith</generator>${user.avatarUrl !== null && html`<logo>${whole(base, user.avatarUrl)}</logo>`}
${posts.map(entry)}</feed>
`.text
  );
}

function json(content: ProfileContent, base: string): string {
  const { user, posts } = content;
  const home = base + profilePath(user.username);
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: `${nameOf(user)} (@${user.username})`,
    home_page_url: home,
    feed_url: `${home}/feed.json`,
    description: describe(content),
    ...(user.avatarUrl !== null && { icon: whole(base, user.avatarUrl) }),
    authors: [{ name: nameOf(user), url: home }],
    items: posts.map((post) => {
      const picture = previewOf(post);
      return {
        id: base + postPath(post.id),
        url: base + postPath(post.id),
        ...(post.title !== '' && { title: post.title }),
        content_html: postContent(post, base).text,
        summary: summaryOf(post),
        date_published: post.publishedAt,
        date_modified: updatedAt(post),
        tags: post.hashtags,
        ...(picture && { image: whole(base, picture.url) }),
      };
    }),
  });
}

const describe = ({ user }: ProfileContent): string => user.bio || `What ${nameOf(user)} shares on Kith.`;

export const feedFormats: readonly FeedFormat[] = [
  { file: 'feed.xml', contentType: 'application/rss+xml', write: rss },
  { file: 'feed.atom', contentType: 'application/atom+xml', write: atom },
  { file: 'feed.json', contentType: 'application/feed+json', write: json },
];
