/** Says what went wrong in plain words and ends with an error; `KITH_LOG_LEVEL=debug` adds where. */
export function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (error instanceof Error && process.argv.includes('--trace')) process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

/** What was asked for. */
export const printLine = (text: string): void => void process.stdout.write(`${text}\n`);

/** A line that is rewritten in place on a terminal, and printed as lines elsewhere. */
export function progressLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
  else process.stderr.write(`${text}\n`);
}

export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
}
