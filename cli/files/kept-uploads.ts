/** Where uploads that were broken off go on, also when the command is given again. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const keptMax = 500;
const file = (): string =>
  join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'kith', 'uploads.json');

let writing: Promise<unknown> = Promise.resolve();

/** The same file, unchanged, to the same place. */
export const uploadKey = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

export async function keptLocation(key: string): Promise<string | undefined> {
  return (await read())[key];
}

/** Undefined forgets it. One change after another. */
export function keepLocation(key: string, location: string | undefined): Promise<void> {
  const change = writing.then(async () => {
    const { [key]: _, ...others } = await read();
    const entries = Object.entries(location === undefined ? others : { ...others, [key]: location });
    await mkdir(dirname(file()), { recursive: true, mode: 0o700 });
    const fresh = `${file()}.${process.pid}`;
    await writeFile(fresh, JSON.stringify(Object.fromEntries(entries.slice(-keptMax))), { mode: 0o600 });
    await rename(fresh, file());
  });
  writing = change.catch(() => undefined);
  return change;
}

async function read(): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file(), 'utf8')) as Record<string, string>;
  } catch {
    // None yet, or torn: then uploads begin anew.
    return {};
  }
}
