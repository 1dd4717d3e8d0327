import type { Settings } from './settings.ts';

/** Where to look for the FFmpeg that the settings ask for; undefined for the one that comes with Kith. */
export function ffmpegSearch(
  { ffmpeg }: Pick<Settings, 'ffmpeg'>,
  environment: NodeJS.ProcessEnv = process.env,
): { folders: string } | { program: string } | undefined {
  if (ffmpeg === 'built-in') return undefined;
  return ffmpeg === 'installed' ? { folders: environment['PATH'] ?? '' } : { program: ffmpeg };
}
