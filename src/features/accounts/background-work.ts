/** Work that no request waits for, one piece after another, at most `tasksMax` waiting. */
export interface BackgroundWork {
  /** False where too much is waiting: the task is then not done. */
  add(doing: string, task: () => Promise<void>): boolean;
  /** Resolves when everything added so far is done. */
  idle(): Promise<void>;
}

export function createBackgroundWork({
  tasksMax = 1000,
  report,
}: {
  tasksMax?: number;
  report: (error: unknown, doing: string) => void;
}): BackgroundWork {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    add(doing, task) {
      if (waiting >= tasksMax) return false;
      waiting++;
      last = last
        .then(task)
        .catch((error: unknown) => report(error, doing))
        .finally(() => {
          waiting--;
        });
      return true;
    },
    idle: () => last,
  };
}
