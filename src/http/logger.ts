import { type DestinationStream, type Logger, pino } from 'pino';

/** Wherever these turn up in what is logged, their values are not shown. */
const secretPaths = ['password', 'token', 'secret', 'authorization', 'cookie', 'email', 'to'].flatMap(
  (name) => [name, `*.${name}`],
);

export interface LoggerOptions {
  level: string;
  /** Default: standard output. */
  destination?: DestinationStream;
}

/**
 * One JSON object a line. Requests are not logged one by one: metrics count them, and what fails or is slow is
 * logged with the request's id, its method and route, never its body, its query, or who sent it.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '(not shown)' },
  };
  return destination ? pino(options, destination) : pino(options);
}
