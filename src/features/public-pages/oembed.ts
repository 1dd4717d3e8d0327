/** oEmbed 1.0: what stands for a link to a public post or profile on other people's pages. */

import { html } from '../../lib/html.ts';
import { notFound } from '../../lib/refusal.ts';
import type { PublicPages } from './index.ts';
import { nameOf, postPath, previewOf, profilePath, summaryOf, titleOf, whole } from './public-post.ts';

export interface Embedded {
  version: '1.0';
  type: 'rich' | 'link';
  provider_name: 'Kith';
  provider_url: string;
  title: string;
  author_name: string;
  author_url: string;
  cache_age: number;
  html?: string;
  width?: number;
  height?: null;
  thumbnail_url?: string;
  thumbnail_width?: number;
  thumbnail_height?: number;
}

export const embedAgeSeconds = 300;
const widthDefault = 550;
const widthMin = 220;
const summaryCharactersMax = 400;
const postPattern = /^\/p\/([\w-]{1,64})\/?$/;
const profilePattern = /^\/@(\w{1,64})\/?$/;

/** `address` must be one of this server's; of all others there is nothing here. */
export async function embed(
  pages: PublicPages,
  base: string,
  { address, widthMax = widthDefault }: { address: string; widthMax?: number | undefined },
): Promise<Embedded> {
  const path = pathHere(address, base);
  const width = Math.max(widthMin, Math.min(widthDefault, widthMax));
  const [, postId] = postPattern.exec(path) ?? [];
  if (postId !== undefined) {
    const { post } = await pages.post(postId);
    const name = nameOf(post.author);
    const preview = previewOf(post, width * 2);
    return {
      ...about(base, post.author),
      type: 'rich',
      title: titleOf(post),
      html: html`<blockquote class="kith-post"><p dir="auto">${summaryOf(post, summaryCharactersMax)}</p><p>— ${name} (@${post.author.username}), <a href="${base}${postPath(post.id)}">${post.publishedAt.slice(0, 10)}</a></p></blockquote>`
        .text,
      width,
      height: null,
      ...(preview && {
        thumbnail_url: whole(base, preview.url),
        thumbnail_width: preview.width,
        thumbnail_height: preview.height,
      }),
    };
  }
  const [, username] = profilePattern.exec(path) ?? [];
  if (username === undefined) throw notFound();
  const { user } = await pages.profile(username);
  return { ...about(base, user), type: 'link', title: `${nameOf(user)} (@${user.username})` };
}

const about = (base: string, user: { displayName: string; username: string }) => ({
  version: '1.0' as const,
  provider_name: 'Kith' as const,
  provider_url: base,
  author_name: nameOf(user),
  author_url: base + profilePath(user.username),
  cache_age: embedAgeSeconds,
});

function pathHere(address: string, base: string): string {
  const here = new URL(base);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const prefix = here.pathname.replace(/\/$/, '');
  if (url?.host !== here.host || !url.pathname.startsWith(prefix)) throw notFound();
  return decodeURIPart(url.pathname.slice(prefix.length));
}

/** Some programs write `@` as `%40`. */
const decodeURIPart = (path: string): string => path.replace(/^\/%40/i, '/@');
