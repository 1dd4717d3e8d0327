import type { App } from './route.ts';

export interface SecurityHeadersOptions {
  /** Tells browsers to insist on https from now on. */
  isHttps: boolean;
}

/**
 * What keeps browsers from misreading an answer. Each header costs every request a microsecond, so what matters to
 * pages alone is in `pageHeaders`.
 */
export function securityHeaders({ isHttps }: SecurityHeadersOptions): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(isHttps && { 'strict-transport-security': 'max-age=31536000' }),
  };
}

/** Sets them on every answer. Routes may replace any of them. */
export function setSecurityHeaders(app: App, headers: Readonly<Record<string, string>>): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** Nothing runs, loads or embeds. */
export const nothingPolicy = "default-src 'none'; frame-ancestors 'none'";

/** What every answer that a browser shows as a page must carry, with the policy of what that page may do. */
export const pageHeaders = (policy: string): Readonly<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
});
