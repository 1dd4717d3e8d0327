import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { MediaToolsError, type WorkLimits } from '../../../ports/media-tools/media-tools.ts';
import type { FfmpegPrograms } from '../work/protocol.ts';
import type { EncodeRequest, Still, VideoEngine } from './engine.ts';
import { sourceOfProbe } from './ffprobe-answer.ts';
import {
  audioBitsPerSecond,
  hlsOptions,
  label,
  normaliseFilter,
  outputRate,
  posterSize,
  rungPlaylist,
  segmentSeconds,
  soundFilter,
  splitFilter,
  x264Options,
} from './filters.ts';
import { audioDecoders, containers, type VideoSource, videoDecoders } from './source.ts';

const answerBytesMax = 16 * 1024 * 1024;
const stderrBytesMax = 4096;

/** An installed FFmpeg, as programs of their own. */
export function ffmpegPrograms(
  { ffmpeg, ffprobe }: FfmpegPrograms,
  onProgram: (pid: number, running: boolean) => void,
): VideoEngine {
  const run = (program: string, args: string[], take?: (chunk: Buffer) => void) =>
    runProgram({ program, args, onProgram, take });

  /** The container's time of the last packet, where no header says how long it lasts. */
  async function longestTimeMs(source: VideoSource): Promise<number> {
    let longest = 0;
    const text = new StringDecoder();
    let rest = '';
    const shown = ['-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
    await run(ffprobe, [...quiet, ...shown, ...inputArgs(source)], (chunk) => {
      const lines = (rest + text.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) longest = Math.max(longest, Number.parseFloat(line) || 0);
    });
    return longest * 1000;
  }

  return {
    async inspect(file, type) {
      const shown = ['-show_format', '-show_streams', '-of', 'json'];
      const chunks = await collect((take) =>
        run(ffprobe, [...quiet, ...shown, ...inputArgs({ file, type })], take),
      );
      const source = sourceOfProbe(JSON.parse(chunks.toString('utf8')), file, type);
      if (source.durationMs <= 0) source.durationMs = await longestTimeMs(source);
      return source;
    },

    async still(source, atMs, limits) {
      const size = posterSize(source);
      const bytes = size.width * size.height * 3;
      const normal = normaliseFilter(source, size, { pixels: 'rgb24', turn: false });
      const frameFrom = async (seconds: number): Promise<Still | undefined> => {
        const filter = `select=gte(t-start_t\\,${seconds}),${normal}`;
        const output = ['-an', '-frames:v', '1', '-vf', filter, '-f', 'rawvideo', 'pipe:1'];
        const rgb = await collect((take) =>
          run(ffmpeg, [...quiet, ...decodeArgs(source, limits), ...output], take),
        );
        return rgb.length >= bytes ? { ...size, rgb: rgb.subarray(0, bytes) } : undefined;
      };
      const found = (await frameFrom(Math.min(atMs, source.durationMs / 2) / 1000)) ?? (await frameFrom(0));
      if (!found) throw new MediaToolsError('damaged', 'no frame could be decoded');
      return found;
    },

    async encode(request) {
      const text = new StringDecoder();
      await run(ffmpeg, encodeArgs(request), (chunk) => {
        const micros = /out_time_us=(\d+)/.exec(text.write(chunk))?.[1];
        if (micros) request.onTime(Number(micros) / 1000);
      });
    },
  };
}

const quiet = ['-v', 'error', '-hide_banner'];

/** As what it was sniffed to be, never as a playlist that leads to other files. */
const inputArgs = ({ file, type }: Pick<VideoSource, 'file' | 'type'>): string[] => [
  ...['-protocol_whitelist', 'file'],
  ...['-codec_whitelist', [...videoDecoders, ...audioDecoders].join(',')],
  ...['-f', containers[type]!],
  ...['-i', `file:${file}`],
];

const decodeArgs = (source: VideoSource, { pixelsMax }: WorkLimits): string[] => [
  '-nostdin',
  ...['-threads', '2', '-filter_complex_threads', '1', '-max_pixels', String(pixelsMax)],
  ...inputArgs(source),
];

function encodeArgs({ source, rungs, outputDir, limits }: EncodeRequest): string[] {
  const at = (file: string) => join(outputDir, file);
  const normal = normaliseFilter(source, rungs.at(-1)!, { turn: false });
  const pictures = `[0:V:0]${normal},fps=fps=${outputRate(source)},${splitFilter(rungs)}`;
  const sounds = rungs.map((rung) => `[s${label(rung)}]`).join('');
  const sound = `;[0:a:0]${soundFilter()},asplit=${rungs.length}${sounds}`;
  const outputs = rungs.flatMap((rung) => [
    ...['-map', `[${label(rung)}]`, '-c:v', 'libx264', ...flags(x264Options(rung))],
    ...['-force_key_frames', `expr:gte(t,n_forced*${segmentSeconds})`],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    ...(source.hasAudio
      ? ['-map', `[s${label(rung)}]`, '-c:a', 'aac', '-b:a', String(audioBitsPerSecond)]
      : []),
    ...[
      '-map_metadata',
      '-1',
      '-map_chapters',
      '-1',
      '-fflags',
      '+bitexact',
      '-t',
      String(limits.durationMsMax / 1000),
    ],
    ...['-f', 'hls', ...flags(hlsOptions(rung, at)), at(rungPlaylist(rung))],
  ]);
  return [
    ...quiet,
    ...['-progress', 'pipe:1', '-nostats'],
    ...decodeArgs(source, limits),
    ...['-filter_complex', source.hasAudio ? pictures + sound : pictures],
    ...outputs,
  ];
}

const flags = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [name === 'profile' ? '-profile:v' : `-${name}`, value]);

async function collect(run: (take: (chunk: Buffer) => void) => Promise<void>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await run((chunk) => {
    bytes += chunk.length;
    if (bytes <= answerBytesMax) chunks.push(chunk);
  });
  if (bytes > answerBytesMax) throw new MediaToolsError('damaged', `${bytes} bytes of answer`);
  return Buffer.concat(chunks);
}

function runProgram(given: {
  program: string;
  args: string[];
  onProgram: (pid: number, running: boolean) => void;
  take: ((chunk: Buffer) => void) | undefined;
}): Promise<void> {
  const { program, args, onProgram, take } = given;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let stderr = '';
    if (child.pid) onProgram(child.pid, true);
    child.stdout.on('data', (chunk: Buffer) => take?.(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('latin1')).slice(-stderrBytesMax);
    });
    child.once('error', (error) =>
      reject(new MediaToolsError('interrupted', error.message, { cause: error })),
    );
    child.once('close', (code, signal) => {
      if (child.pid) onProgram(child.pid, false);
      if (code === 0) resolve();
      else reject(failureOf(code, signal, stderr));
    });
  });
}

function failureOf(code: number | null, signal: string | null, stderr: string): MediaToolsError {
  const message = `FFmpeg ended (${signal ?? code}): ${stderr.trim().split('\n').slice(-3).join(' | ')}`;
  if (/no space left/i.test(stderr)) return new MediaToolsError('interrupted', message);
  if (signal === 'SIGKILL' || /cannot allocate memory/i.test(stderr))
    return new MediaToolsError('out-of-memory', message);
  if (/whitelist|Decoder .*not found|unknown codec/i.test(stderr))
    return new MediaToolsError('unsupported', message);
  return new MediaToolsError('damaged', message);
}
