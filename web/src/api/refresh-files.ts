import { queryClient } from './query-client.ts';

/** First part of the key of every query about files. */
export const filesKey = 'files';

const afterMsDefault = 300;
let refreshing: ReturnType<typeof setTimeout> | undefined;

/** Brings what is on the screen up to date; much at once becomes one, so that no answer is given up for the next. */
export function refreshFiles(afterMs = afterMsDefault): void {
  if (refreshing !== undefined) return;
  refreshing = setTimeout(() => {
    refreshing = undefined;
    void queryClient.invalidateQueries({ queryKey: [filesKey] });
  }, afterMs);
}
