import { connect } from 'node:net';
import { redisServer } from './downloads.ts';
import { type Engine, nodeFolder, type SetOptions } from './engine.ts';

const pingMsMax = 2_000;

/** Nothing is saved unless a test says SAVE: whatever it holds may be lost at any time. */
export function redisEngine(options: SetOptions): Engine {
  const port = options.portBase + 79;
  let program = '';
  return {
    name: 'redis',
    nodes: 1,
    ports: [port],
    env: { KITH_REDIS: `redis://127.0.0.1:${port}` },
    politeStopMsMax: 2_000,
    async prepare() {
      program = await redisServer(options.report);
    },
    process(node) {
      const folder = nodeFolder(options.folder, 'redis', node);
      const words = `--bind 127.0.0.1 --port ${port} --appendonly no --enable-debug-command yes --dir ${folder}`;
      return { folder, command: program, args: [...words.split(' '), '--save', ''] };
    },
    check: () => ping(port),
  };
}

function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(pingMsMax, () => socket.destroy(new Error('Redis does not answer')));
    socket.on('error', reject).on('data', (data) => {
      socket.destroy();
      if (data.toString().startsWith('+PONG')) resolve();
      else reject(new Error(`Redis says ${data.toString().trim()}`));
    });
  });
}
