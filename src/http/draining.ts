import type { App } from './route.ts';

/** How long requests under way may take to finish once the server is told to stop. */
export const drainTimeoutMs = 10_000;
const idleCheckEveryMs = 50;

/**
 * Closing stops accepting, lets requests under way finish, closes connections as they fall idle, and after
 * `drainTimeoutMs` closes what is left. Streams end themselves in a `preClose` hook of their own.
 */
export function drainOnClose(app: App): void {
  let idleTimer: NodeJS.Timeout | undefined;
  let endTimer: NodeJS.Timeout | undefined;
  app.addHook('preClose', (done) => {
    idleTimer = setInterval(() => app.server.closeIdleConnections(), idleCheckEveryMs);
    endTimer = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs);
    done();
  });
  app.server.on('close', () => {
    clearInterval(idleTimer);
    clearTimeout(endTimer);
  });
  app.addHook('onClose', (_app, done) => {
    clearInterval(idleTimer);
    clearTimeout(endTimer);
    done();
  });
}
