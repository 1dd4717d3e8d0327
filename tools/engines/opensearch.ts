import {
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { opensearchFolder, versions } from './downloads.ts';
import { type Engine, nodeFolder, type SetOptions } from './engine.ts';
import { type Jdk, Missing, needJdk } from './prerequisites.ts';
import type { ProcessToStart } from './processes.ts';

const heapMb = 256;
const askMsMax = 5_000;

export function opensearchEngine(options: SetOptions): Engine {
  const port = options.portBase + 20;
  let distribution = '';
  let jdk: Jdk | undefined;
  return {
    name: 'opensearch',
    nodes: 1,
    ports: [port, port + 1],
    env: { KITH_OPENSEARCH: `http://127.0.0.1:${port}` },
    politeStopMsMax: 5_000,
    async prepare() {
      jdk = needJdk('OpenSearch', 21);
      distribution = await opensearchFolder(options.report);
    },
    process: (node) => nodeProcess(nodeFolder(options.folder, 'opensearch', node), port, distribution, jdk!),
    check: () => writeAndDelete(`http://127.0.0.1:${port}`),
  };
}

function nodeProcess(folder: string, port: number, distribution: string, jdk: Jdk): ProcessToStart {
  for (const part of ['conf', 'data', 'logs', 'tmp']) mkdirSync(join(folder, part), { recursive: true });
  const user = process.getuid?.() === 0 ? nobody() : undefined;
  if (user && closedTo(dirname(folder))) {
    throw new Missing(
      `OpenSearch refuses to run as root, and nobody else can enter ${dirname(folder)}: name another --run folder.`,
    );
  }
  const home = user ? readableByAll(distribution, folder) : distribution;
  writeFileSync(join(folder, 'conf/opensearch.yml'), settings(folder, port));
  writeFileSync(join(folder, 'conf/log4j2.properties'), logging);
  if (user) give(folder, user);
  const words = [
    `-Xms${heapMb}m -Xmx${heapMb}m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto`,
    `-XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=${folder}/classes.jsa -Djava.io.tmpdir=${folder}/tmp`,
    '-Djna.nosys=true -Djava.locale.providers=SPI,CLDR -Dfile.encoding=UTF-8 -Dlog4j2.disable.jmx=true',
    '-Dopensearch.networkaddress.cache.ttl=60 -Dlog4j.shutdownHookEnabled=false -Dio.netty.noUnsafe=true',
    `-Dio.netty.noKeySetOptimization=true -Dopensearch.path.home=${home} -Dopensearch.path.conf=${folder}/conf`,
    '-Dopensearch.distribution.type=zip -Dopensearch.bundled_jdk=false',
  ];
  const agent = join(home, 'agent', `opensearch-agent-bootstrap-${versions.opensearch}.jar`);
  return {
    folder,
    cwd: home,
    command: jdk.java,
    args: [
      ...words.flatMap((line) => line.split(' ')),
      ...(jdk.major >= 25 ? ['-XX:+UseCompactObjectHeaders'] : []),
      '-cp',
      `${home}/lib/*:${agent}`,
      'org.opensearch.bootstrap.OpenSearch',
    ],
    env: { HOME: folder },
    ...(user ? { user } : {}),
  };
}

const settings = (folder: string, port: number) => `\
cluster.name: kith
node.name: n1
path.data: ${folder}/data
path.logs: ${folder}/logs
network.host: 127.0.0.1
http.port: ${port}
transport.port: ${port + 1}
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
node.processors: 2
`;
const logging = `\
status = error
appender.c.type = Console
appender.c.name = c
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.c.ref = c
`;

/** OpenSearch refuses to run as root, so it runs as whoever owns nothing. */
function nobody(): { uid: number; gid: number } {
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return { uid: Number(line?.[1] ?? 65534), gid: Number(line?.[2] ?? 65534) };
}

/** Root's own folders are closed to others: then a copy in the run folder is used. */
function readableByAll(distribution: string, folder: string): string {
  if (closedTo(distribution)) {
    const copy = join(folder, basename(distribution));
    if (!existsSync(copy)) cpSync(distribution, copy, { recursive: true });
    return copy;
  }
  return distribution;
}

/** Whether others than the owner cannot come to this folder. */
const closedTo = (path: string): boolean =>
  (statSync(path).mode & 0o5) !== 0o5 || (dirname(path) !== path && closedTo(dirname(path)));

function give(folder: string, { uid, gid }: { uid: number; gid: number }): void {
  chownSync(folder, uid, gid);
  for (const name of globSync('**', { cwd: folder })) chownSync(join(folder, name), uid, gid);
}

async function writeAndDelete(url: string): Promise<void> {
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(askMsMax),
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 404) throw new Error(`OpenSearch says ${text}`);
  };
  await ask('GET', '/_cluster/health?wait_for_status=yellow&timeout=3s');
  await ask('DELETE', '/engines-ready');
  await ask('PUT', '/engines-ready', { settings: { number_of_shards: 1, number_of_replicas: 0 } });
  await ask('PUT', '/engines-ready/_doc/1?refresh=true', { ready: true });
  await ask('DELETE', '/engines-ready');
}
