import type { MediaProbe, WorkLimits } from '../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../sniff.ts';
import type { FfmpegPrograms } from '../work/protocol.ts';
import type { VideoEngine } from './engine.ts';
import { asProbe, checkSource } from './source.ts';

export async function videoEngine(
  programs: FfmpegPrograms | undefined,
  onProgram: (pid: number, running: boolean) => void = () => {},
): Promise<VideoEngine> {
  if (programs) {
    const { ffmpegPrograms } = await import('./ffmpeg-programs.ts');
    return ffmpegPrograms(programs, onProgram);
  }
  const { builtInFfmpeg } = await import('./built-in/built-in-ffmpeg.ts');
  return builtInFfmpeg;
}

export async function probeVideo(request: {
  inputFile: string;
  type: MediaType;
  limits: WorkLimits;
  programs?: FfmpegPrograms | undefined;
}): Promise<MediaProbe> {
  const engine = await videoEngine(request.programs);
  const source = await engine.inspect(request.inputFile, request.type, request.limits);
  checkSource(source, request.limits);
  return asProbe(source);
}
