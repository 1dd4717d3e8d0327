import type { FastifyBaseLogger } from 'fastify';
import type { Bindings, Level } from 'pino';
import type { App } from './route.ts';

const levels: readonly Level[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/**
 * A request's logger, made the first time that something is logged: most requests log nothing, and a pino child
 * for each would cost more than their routing.
 */
class RequestLog {
  readonly #parent: FastifyBaseLogger;
  readonly #requestId: string;
  #child: FastifyBaseLogger | undefined;
  constructor(parent: FastifyBaseLogger, requestId: string) {
    this.#parent = parent;
    this.#requestId = requestId;
  }
  get own(): FastifyBaseLogger {
    this.#child ??= this.#parent.child({ requestId: this.#requestId });
    return this.#child;
  }
  get level(): string {
    return this.#parent.level;
  }
  silent(): void {}
  child(bindings: Bindings): FastifyBaseLogger {
    return this.own.child(bindings);
  }
}
for (const level of levels) {
  Object.defineProperty(RequestLog.prototype, level, {
    value(this: RequestLog, ...args: [object, string]) {
      this.own[level](...args);
    },
  });
}

/**
 * Gives each request such a logger. Fastify's own way (a child by its factory, and listeners on every response)
 * costs several microseconds a request.
 */
export function logRequests(app: App, log: FastifyBaseLogger): void {
  app.log = log;
  app.addHook('onRequest', (request, reply, done) => {
    const own = new RequestLog(log, request.id) as unknown as FastifyBaseLogger;
    request.log = own;
    reply.log = own;
    done();
  });
}
