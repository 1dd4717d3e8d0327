import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, loadConfig, type Settings } from '../src/config/config.ts';
import { openKith } from '../src/main.ts';
import { runCommand } from './commands/run-command.ts';
import { findServer } from './control-client.ts';

export interface Finding {
  isGood: boolean;
  /** What was looked at, and where it is not good, what to do. */
  text: string;
}

const bytesFreeWanted = 2 * 2 ** 30;
const nodeMajorMin = 26;
const good = (text: string): Finding => ({ isGood: true, text });
const bad = (text: string): Finding => ({ isGood: false, text });

/** Looks at everything that commonly goes wrong; changes nothing but makes the data folder if it is missing. */
export async function examine(): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((problem) => bad(problem));
  }
  return [
    Number(process.versions.node.split('.')[0]) >= nodeMajorMin
      ? good(`Node ${process.versions.node}`)
      : bad(`Node ${process.versions.node} is too old: start Kith with “npm start”, which brings its own.`),
    good(`settings read; data folder ${settings.data}`),
    ...adviseOnSettings(settings),
    ...(await examineDisk(settings.data)),
    ...(await (settings.profile === 'cluster' ? examineEngines(settings) : examineStore(settings.data))),
  ];
}

function adviseOnSettings({ host, url, registration, smtpUrl }: Settings): Finding[] {
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const found: Finding[] = [];
  if (!isLoopback && !url) {
    found.push(
      bad(
        'KITH_URL is not set: links in mails and invitations would point to this address. Set it to what people type.',
      ),
    );
  }
  if (!isLoopback && registration === 'open') {
    found.push(
      good('registration is open to everyone who can reach this server; KITH_REGISTRATION=invite closes it'),
    );
  }
  if (!smtpUrl)
    found.push(good('no mail server (KITH_SMTP_URL): passwords are reset by “kith user reset-password”'));
  return found;
}

async function examineDisk(folder: string): Promise<Finding[]> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return [
      bad(`the data folder cannot be written to (${(error as Error).message}): give this user the right to`),
    ];
  }
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const size = await stat(join(folder, 'kith.db')).catch(() => undefined);
  const wanted = Math.max(bytesFreeWanted, (size?.size ?? 0) * 1.2);
  const text = `${(freeBytes / 2 ** 30).toFixed(1)} GiB free on the disk of the data folder`;
  return [
    freeBytes >= wanted
      ? good(text)
      : bad(`${text}: an upgrade or backup may need ${(wanted / 2 ** 30).toFixed(1)}`),
  ];
}

/** What is lost while an engine is away. */
const costs: Record<string, string> = {
  Cassandra: 'nothing can be read or written',
  Kafka: 'posts do not reach feeds, notifications and search until it is back',
  Redis: 'pages are slower',
  OpenSearch: 'nothing is found',
};

async function examineEngines(settings: Settings): Promise<Finding[]> {
  try {
    const kith = await openKith({ ...settings, logLevel: 'silent' });
    try {
      const asked = Object.entries(kith.engines.health);
      const problems = await Promise.all(asked.map(([, problem]) => problem()));
      return asked.map(([name], i) =>
        problems[i] === undefined
          ? good(`${name} answers`)
          : bad(`${name} does not serve, so ${costs[name]}: ${problems[i]}`),
      );
    } finally {
      await kith.close();
    }
  } catch (error) {
    return [bad(`${(error as Error).message} (Is Cassandra at ${settings.cassandra.join(', ')}?)`)];
  }
}

async function examineStore(folder: string): Promise<Finding[]> {
  const server = await findServer(folder);
  const first = server
    ? good(`the server is running (process ${server.pid})`)
    : good('the server is not running');
  try {
    const problems = (await runCommand({ command: 'integrity' })) as string[];
    if (problems.length === 0) return [first, good('the database is sound')];
    return [first, bad(`the database is damaged: restore a backup. ${problems.slice(0, 5).join('; ')}`)];
  } catch (error) {
    return [first, bad((error as Error).message)];
  }
}
