/** What goes wrong, one thing at a time: each is done and undone, and leaves everything started again. */
import type { EngineName } from '../../tools/engines/engine.ts';
import type { EngineSet } from '../../tools/engines/engine-set.ts';
import type { Random } from '../torture/random.ts';
import type { Fleet } from './fleet.ts';
import type { KithNode } from './kith-node.ts';
import { flushRedis } from './redis-flush.ts';
import type { StaleProbe } from './stale-probe.ts';

export interface Scene {
  set: EngineSet;
  fleet: Fleet;
  random: Random;
  stale: StaleProbe;
}

export interface FaultKind {
  name: string;
  /** The engine it concerns; undefined: a process of Kith. */
  engine?: EngineName;
  /** Answers what exactly was done. */
  strike(scene: Scene): Promise<string>;
}

const pauseMs = { min: 3_000, max: 10_000 };
const awayMs = { min: 500, max: 5_000 };

const between = (random: Random, { min, max }: { min: number; max: number }) => min + random.below(max - min);
const wait = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function process(
  name: string,
  isOurs: (node: KithNode) => boolean,
  strike: (scene: Scene, node: KithNode) => Promise<string>,
): FaultKind {
  return {
    name,
    strike: async (scene) => {
      const node = scene.random.pick(scene.fleet.nodes.filter(isOurs));
      return `${node.name} ${await strike(scene, node)}`;
    },
  };
}

const isApi = ({ role }: KithNode) => role === 'api';
const isWorker = ({ role }: KithNode) => role !== 'api';

const killed = async (_: Scene, node: KithNode) => {
  await node.kill();
  return 'killed';
};

const paused = async ({ random }: Scene, node: KithNode) => {
  const ms = between(random, pauseMs);
  node.pause();
  await wait(ms);
  node.resume();
  return `paused for ${seconds(ms)}`;
};

/** While one `api` sleeps things become private; when it wakes it must soon know. */
const pausedAndAsked = async ({ random, stale, fleet }: Scene, node: KithNode) => {
  const ms = between(random, pauseMs);
  const other = fleet.apis.find((each) => each !== node)!;
  const probe = await stale.prepare(node.port, other.port);
  node.pause();
  await Promise.all([wait(ms), probe.hide()]);
  node.resume();
  return `paused for ${seconds(ms)}, ${await probe.look()}`;
};

const stopped = async ({ fleet }: Scene, node: KithNode) => {
  const wrong = await node.stop();
  if (wrong) fleet.surprises.push(wrong);
  return 'asked to stop';
};

function engine(
  name: EngineName,
  how: string,
  strike: (scene: Scene, node: number) => Promise<string>,
): FaultKind {
  return {
    name: `${name} ${how}`,
    engine: name,
    strike: async (scene) => {
      const nodes = scene.set.nodes().filter((each) => each.engine === name);
      const { node } = scene.random.pick(nodes);
      return `${name} ${node} ${await strike(scene, node)}`;
    },
  };
}

const engineKilled = (name: EngineName) =>
  engine(name, 'killed', async ({ set, random }, node) => {
    const ms = between(random, awayMs);
    await set.kill(name, node);
    await wait(ms);
    await set.startNode(name, node);
    return `killed, started after ${seconds(ms)}`;
  });

const enginePaused = (name: EngineName) =>
  engine(name, 'paused', async ({ set, random }, node) => {
    const ms = between(random, pauseMs);
    set.pause(name, node);
    await wait(ms);
    set.resume(name, node);
    return `paused for ${seconds(ms)}`;
  });

export const faultKinds: readonly FaultKind[] = [
  process('api killed', isApi, killed),
  process('api paused', isApi, pausedAndAsked),
  process('api stopped', isApi, stopped),
  process('worker killed', isWorker, killed),
  process('worker paused', isWorker, paused),
  process('worker stopped', isWorker, stopped),
  engineKilled('cassandra'),
  enginePaused('cassandra'),
  engineKilled('kafka'),
  enginePaused('kafka'),
  engineKilled('redis'),
  enginePaused('redis'),
  engine('redis', 'flushed', async ({ set }) => {
    await flushRedis(set.env()['KITH_REDIS']!);
    return 'flushed';
  }),
  engineKilled('opensearch'),
  enginePaused('opensearch'),
  engine('opensearch', 'wiped', async ({ set }, node) => {
    await set.wipe('opensearch', node);
    await set.startNode('opensearch', node);
    return 'lost all it had';
  }),
];

/** Every kind comes before any comes again, in an order of the seed's. */
export function planFaults(count: number, random: Random, only?: RegExp): FaultKind[] {
  const kinds = faultKinds.filter(({ name }) => only?.test(name) ?? true);
  if (kinds.length === 0) throw new TypeError('--only names no kind of fault');
  const plan: FaultKind[] = [];
  while (plan.length < count) {
    const deck = [...kinds];
    while (deck.length > 0) plan.push(...deck.splice(random.below(deck.length), 1));
  }
  return plan.slice(0, count);
}
