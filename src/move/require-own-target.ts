import type { TakeOver } from '../adapters/cassandra/take-over.ts';
import type { KeptMark, MoveMark } from './mark.ts';

export interface OwnTarget {
  keeper: KeptMark;
  source: MoveMark['source'];
  target: Pick<TakeOver, 'processes' | 'traces'>;
  namespace: string;
}

/**
 * Throws unless the target holds nothing but what this installation, as it is, has brought there. The mark was left
 * before; a process that starts leases a number before it looks for a mark: so of the two one sees the other.
 */
export async function requireOwnTarget({ keeper, source, target, namespace }: OwnTarget): Promise<void> {
  const { installation, logHead } = keeper.mark.source;
  const anew =
    'Have its keyspace dropped, run “kith migrate” and move again, or choose another KITH_NAMESPACE.';
  if (installation !== source.installation)
    throw new Error(`Another installation is being moved into the namespace ${namespace}. ${anew}`);
  if (logHead !== source.logHead)
    throw new Error(`This installation was used after its move into ${namespace} had begun. ${anew}`);
  const traces = keeper.isNew ? await target.traces() : [];
  const processes = await target.processes();
  if (processes === 0 && traces.length === 0) return;
  if (keeper.isNew) await keeper.withdraw();
  throw new Error(
    traces.length > 0
      ? `The namespace ${namespace} is not empty: something is in ${traces.join(', ')}. ${anew}`
      : `Kith serves on the namespace ${namespace}, or did within the last minute. Stop it and move again.`,
  );
}
