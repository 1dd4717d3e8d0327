import { endProgress, progressLine } from '../terminal.ts';

const everyMs = 200;
/** Where lines are not rewritten in place, fewer of them. */
const everyMsPlain = 5000;
const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytesText(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

export interface Progress {
  /** So many more bytes are there; may be negative where some must be sent again. */
  add(bytes: number): void;
  /** A line of its own, above. */
  say(text: string): void;
  end(): void;
}

/** How far all of it is, now and then. */
export function showProgress(label: string, totalBytes: number): Progress {
  const startedMs = performance.now();
  const restMs = process.stderr.isTTY ? everyMs : everyMsPlain;
  let done = 0;
  let shownMs = startedMs;
  return {
    add(bytes) {
      done += bytes;
      const nowMs = performance.now();
      if (nowMs - shownMs < restMs) return;
      shownMs = nowMs;
      const percent = totalBytes > 0 ? Math.floor((100 * done) / totalBytes) : 100;
      const rate = bytesText((done / Math.max(1, nowMs - startedMs)) * 1000);
      progressLine(`${label}: ${bytesText(done)} of ${bytesText(totalBytes)} (${percent}%), ${rate}/s`);
    },
    say(text) {
      endProgress();
      process.stdout.write(`${text}\n`);
    },
    end: endProgress,
  };
}
