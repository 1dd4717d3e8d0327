import { docsPage, docsPolicy } from './docs-page.ts';
import type { Document } from './openapi.ts';
import type { App } from './route.ts';
import { pageHeaders } from './security-headers.ts';

const cacheControl = 'no-cache';
const hidden = { schema: { hide: true } as object, config: { auth: 'none', limit: 'read' } as const };

/** `/v1/openapi.json` and `/docs`; each is made once, when first asked for. */
export function registerReference(app: App): void {
  const document = () => app.swagger() as unknown as Document;
  const openApi = lazily(() => JSON.stringify(document()));
  const page = lazily(() => docsPage(document()));
  app.get('/v1/openapi.json', hidden, (_request, reply) =>
    reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', cacheControl)
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(openApi()),
  );
  app.get('/docs', hidden, (_request, reply) =>
    reply.headers(pageHeaders(docsPolicy)).header('cache-control', cacheControl).send(page()),
  );
}

function lazily(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
