import { Refusal } from '../../lib/refusal.ts';
import { StaleBase } from './context.ts';
import { nodeJson } from './present-nodes.ts';

/** Says what is there now, where a write was based on something older. */
export async function orStale<Result>(
  work: Promise<Result>,
  code: 'conflict' | 'precondition-failed' = 'conflict',
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StaleBase)) throw error;
    throw new Refusal(code, error.message, error.found ? { current: nodeJson(error.found) } : {});
  }
}
