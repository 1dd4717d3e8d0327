import { type Records, write } from '../../ports/records/records.ts';
import { contentWalks } from './tables.ts';

/** How far a walk through everything has come, kept so that it goes on there. */
export interface WalkState<State extends object> {
  read(): Promise<State | undefined>;
  save(state: State): Promise<void>;
}

export function walkState<State extends object>(
  { records }: { records: Records },
  walk: string,
): WalkState<State> {
  return {
    async read() {
      const row = await records.get(contentWalks, [walk]);
      return row && (JSON.parse(row.value.state) as State);
    },
    async save(state) {
      await records.commit({
        decide: [write.put(contentWalks, [walk], { state: JSON.stringify(state) })],
        hints: [{ kind: 'content.walked', key: walk, data: { walk } }],
      });
    },
  };
}
