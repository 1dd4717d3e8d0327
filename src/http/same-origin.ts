import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser sent this from our own pages. `Sec-Fetch-Site` says so where browsers send it (https and
 * localhost); elsewhere `Origin` must be ours: the public URL's, or the host that was asked. Neither: not proven.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicOrigin: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return true;
  if (site === 'cross-site') return false;
  const { origin, host } = headers;
  if (origin === undefined || origin === 'null') return false;
  if (origin === publicOrigin) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
