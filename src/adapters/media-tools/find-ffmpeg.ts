import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FfmpegPrograms } from './work/protocol.ts';

const run = promisify(execFile);
const timeoutMs = 10_000;
const versionMin = 5;

/** `folders` in the form of PATH, or the `program` itself, which has its `ffprobe` beside it. */
export type FfmpegSearch = { folders: string } | { program: string };

/** The first FFmpeg found that can do the work, or undefined. */
export async function findFfmpeg(search: FfmpegSearch): Promise<FfmpegPrograms | undefined> {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const candidates =
    'program' in search
      ? [search.program]
      : search.folders
          .split(delimiter)
          .filter((folder) => folder !== '')
          .map((folder) => join(folder, `ffmpeg${ending}`));
  for (const ffmpeg of candidates) {
    const ffprobe = join(dirname(ffmpeg), `ffprobe${ending}`);
    if (existsSync(ffmpeg) && existsSync(ffprobe) && (await canDoTheWork(ffmpeg))) return { ffmpeg, ffprobe };
  }
  return undefined;
}

async function canDoTheWork(ffmpeg: string): Promise<boolean> {
  try {
    const { stdout: version } = await run(ffmpeg, ['-hide_banner', '-version'], { timeout: timeoutMs });
    const { stdout: encoders } = await run(ffmpeg, ['-hide_banner', '-encoders'], { timeout: timeoutMs });
    const { stdout: filters } = await run(ffmpeg, ['-hide_banner', '-filters'], { timeout: timeoutMs });
    return (
      isNewEnough(version) &&
      /\slibx264\s/.test(encoders) &&
      /\saac\s/.test(encoders) &&
      /\szscale\s/.test(filters)
    );
  } catch {
    return false;
  }
}

/** `ffmpeg version 7.1-…`, `n6.0`; builds of a date or a commit (`N-…`, `git-…`) are newer than any release they say. */
export function isNewEnough(text: string): boolean {
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1];
  if (version === undefined) return false;
  const major = /^n?(\d+)\./.exec(version)?.[1];
  return major === undefined ? /^(N-|git-|20\d\d-)/.test(version) : Number(major) >= versionMin;
}
