/** What one engine of a set is made of. */
import type { Report } from './downloads.ts';
import type { ProcessToStart } from './processes.ts';

export const engineNames = ['cassandra', 'kafka', 'redis', 'opensearch', 's3'] as const;
export type EngineName = (typeof engineNames)[number];

/** Where a set is and how large: what every engine's files and ports follow from. */
export interface SetOptions {
  /** Everything the engines write is in here, and who runs. */
  folder: string;
  portBase: number;
  /** Three nodes of those engines that keep what must not be lost. */
  three: boolean;
  report: Report;
}

export interface Engine {
  name: EngineName;
  nodes: number;
  /** Names what the machine lacks (throws Missing), then downloads what is not here yet. */
  prepare(): Promise<void>;
  /** Writes the node's settings anew and says what to start. `replacing`: it was wiped while others went on. */
  process(node: number, replacing: boolean): Promise<ProcessToStart> | ProcessToStart;
  /** Throws until all nodes truly serve; each call takes a few seconds at most. */
  check(): Promise<void>;
  /** What programs are told to find it. */
  env: Record<string, string>;
  /** The ports it listens on, and the addresses. */
  ports: readonly number[];
  politeStopMsMax: number;
}

export const nodeFolder = (folder: string, name: EngineName, node: number) => `${folder}/${name}-${node}`;
export const nodeAddress = (node: number) => `127.0.0.${node}`;
export const nodeNumbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

export const timeoutAfter = (ms: number, what: string): { promise: Promise<never>; clear: () => void } => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  promise.catch(() => {});
  return { promise, clear: () => clearTimeout(timer) };
};
