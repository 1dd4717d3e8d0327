/** What whoever runs the server asks it: alive, ready, how busy. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../lib/refusal.ts';
import type { Metrics } from './metrics.ts';
import type { App } from './route.ts';

/** Answers nothing, or what is missing. Rejecting counts as missing. */
export type ReadyCheck = () => Promise<string | undefined> | string | undefined;

export interface OperationsOptions {
  readyChecks: Readonly<Record<string, ReadyCheck>>;
  metrics: Metrics | undefined;
  /** Opens `/metrics` to others than this machine. */
  metricsToken: string | undefined;
  /** Behind a proxy on this machine everybody seems local, so there only the token opens `/metrics`. */
  hasProxies: boolean;
}

const readyCheckTimeoutMs = 2000;
const hidden = { schema: { hide: true } as object, config: { auth: 'none', limit: 'none' } as const };

export function registerOperations(app: App, options: OperationsOptions): void {
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  app.get('/healthz', hidden, (_request, reply) => reply.send({ status: 'alive' }));
  app.get('/readyz', hidden, async (_request, reply) => {
    const missing = isClosing ? { server: 'is stopping' } : await askAll(options.readyChecks);
    const isReady = Object.keys(missing).length === 0;
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', ...(!isReady && { missing }) });
  });
  const { metrics } = options;
  if (!metrics) return;
  app.get('/metrics', hidden, async (request, reply) => {
    if (!mayRead(request, options)) throw new Refusal('unauthenticated', 'This needs the token for metrics.');
    return reply.header('content-type', metrics.contentType).send(await metrics.text());
  });
}

/** Asks all at once, none longer than two seconds. Answers what is missing, by name. */
export async function askAll(checks: OperationsOptions['readyChecks']): Promise<Record<string, string>> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve('does not answer'), readyCheckTimeoutMs);
      });
      try {
        return [name, await Promise.race([check(), late])] as const;
      } catch {
        return [name, 'failed'] as const;
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return Object.fromEntries(
    answers.filter((answer): answer is readonly [string, string] => answer[1] !== undefined),
  );
}

function mayRead(request: FastifyRequest, { metricsToken, hasProxies }: OperationsOptions): boolean {
  const address = request.socket.remoteAddress ?? '';
  const isForwarded =
    request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  const isLocal = address === '::1' || address.replace('::ffff:', '').startsWith('127.');
  if (isLocal && !isForwarded && !hasProxies) return true;
  const { authorization = '' } = request.headers;
  return metricsToken !== undefined && sameText(authorization, `Bearer ${metricsToken}`);
}

const digest = (text: string) => createHash('sha256').update(text).digest();
const sameText = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));
