import { type Html, html } from '../../lib/html.ts';
import { profilePath } from './public-post.ts';

const parts = /(https?:\/\/[^\s<>"]+)|(?<![\p{L}\p{N}_/@.])@([a-z0-9_]{3,30})(?![a-z0-9_])/giu;
const trailing = /[.,;:!?)\]}'"»”]+$/;

/** Words with their addresses and names to follow. `base` goes before the addresses of this server. */
export function richText(text: string, base = ''): Html {
  const found: Html[] = [];
  let at = 0;
  for (const match of text.matchAll(parts)) {
    const [whole, address, name] = match;
    found.push(html`${text.slice(at, match.index)}`);
    at = match.index + whole.length;
    if (address) {
      const kept = address.replace(trailing, '');
      at -= address.length - kept.length;
      found.push(
        html`<a href="${kept}" rel="nofollow noopener noreferrer" dir="ltr">${shortAddress(kept)}</a>`,
      );
    } else if (name) {
      found.push(html`<a href="${base}${profilePath(name.toLowerCase())}">@${name}</a>`);
    }
  }
  found.push(html`${text.slice(at)}`);
  return html`${found}`;
}

const addressCharactersMax = 48;

/** As the app shows it. */
function shortAddress(address: string): string {
  const words = address.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '');
  return words.length > addressCharactersMax ? `${words.slice(0, addressCharactersMax - 2)}…` : words;
}
