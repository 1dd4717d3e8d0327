import {
  AVERROR_EAGAIN,
  AVERROR_ENOMEM,
  AVERROR_ENOSPC,
  AVERROR_EOF,
  AVERROR_EXTERNAL,
} from 'node-av/constants';
import { FFmpegError } from 'node-av/lib';
import { MediaToolsError } from '../../../../ports/media-tools/media-tools.ts';

/** Answers what FFmpeg answered, unless that is an error. */
export function checked(code: number, doing: string): number {
  if (code >= 0) return code;
  const message = `${doing}: ${FFmpegError.strerror(code)}`;
  if (code === AVERROR_ENOMEM) throw new MediaToolsError('out-of-memory', message);
  if (code === AVERROR_ENOSPC) throw new MediaToolsError('interrupted', message);
  throw new MediaToolsError('damaged', message);
}

/**
 * The same of an encoder, which has no better word for it when it gets no memory. What it was given are our own frames,
 * so the file is not to blame.
 */
export function checkedEncoding(code: number, doing: string): number {
  if (code === AVERROR_EXTERNAL)
    throw new MediaToolsError('out-of-memory', `${doing}: ${FFmpegError.strerror(code)}`);
  return checked(code, doing);
}

/** Nothing to fetch now, or nothing any more. */
export const isDrained = (code: number): boolean => code === AVERROR_EAGAIN || code === AVERROR_EOF;

interface WithOptions {
  setOption(name: string, value: string): number;
}

/** One by one, before opening: the blocking calls of node-av free a dictionary that they are given twice. */
export function setOptions(target: WithOptions, options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) checked(target.setOption(name, value), `set ${name}`);
}
