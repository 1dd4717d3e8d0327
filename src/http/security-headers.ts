import type { App } from './route.ts';

/** Nothing in an answer runs or embeds anything, unless the route that sends a page says otherwise. */
export const nothingPolicy = "default-src 'none'; frame-ancestors 'none'";

export interface SecurityHeadersOptions {
  /** Tells browsers to insist on https from now on. */
  isHttps: boolean;
}

/** What keeps browsers from misreading an answer. */
export function securityHeaders({ isHttps }: SecurityHeadersOptions): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'content-security-policy': nothingPolicy,
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    ...(isHttps && { 'strict-transport-security': 'max-age=31536000' }),
  };
}

/** Sets them on every answer. Routes may replace any of them. */
export function setSecurityHeaders(app: App, headers: Readonly<Record<string, string>>): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done();
  });
}
