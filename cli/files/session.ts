/** Where to, and as whom: from the environment, else from what `kith files login` has kept. */
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createClient } from '../../sdk/client.ts';

export interface Session {
  /** Without a slash at the end. */
  url: string;
  /** An app password, or a session's token. */
  token: string;
}

const configFile = (): string =>
  join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'kith', 'files.json');

/** What is no more than this may be read by others of the machine. */
const sharedBits = 0o077;

export async function readSession(): Promise<Session> {
  const { KITH_SERVER: url, KITH_TOKEN: token } = process.env;
  if (url !== undefined && token !== undefined) return { url: withoutSlash(url), token };
  const kept = await readKept();
  if (!kept)
    throw new Error('Say where and as whom first: kith files login URL (or set KITH_SERVER and KITH_TOKEN).');
  if (token !== undefined) return { url: kept.url, token };
  // A password that was kept for one place is not for another.
  if (url !== undefined && withoutSlash(url) !== kept.url)
    throw new Error(`The password kept is for ${kept.url}. Set KITH_TOKEN, or log in at ${url} first.`);
  return kept;
}

/** Keeps it when the server knows it. Answers who that is. */
export async function keepSession({ url, token }: Session): Promise<{ username: string; file: string }> {
  const session = { url: withoutSlash(new URL(url).href), token: token.trim() };
  const { username } = await createClient(session).get('/v1/users/me');
  const file = configFile();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
  await chmod(fresh, 0o600);
  await rename(fresh, file);
  return { username, file };
}

async function readKept(): Promise<Session | undefined> {
  const file = configFile();
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  if (process.platform !== 'win32' && found.mode & sharedBits)
    throw new Error(`Others of this machine could read ${file}. Make it yours alone: chmod 600 ${file}`);
  const { url, token } = JSON.parse(await readFile(file, 'utf8')) as Partial<Session>;
  if (typeof url !== 'string' || typeof token !== 'string')
    throw new Error(`${file} is not what it should be.`);
  return { url, token };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
