import type { WorkLimits } from '../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../sniff.ts';
import type { PlannedRung } from './plan-rungs.ts';
import type { VideoSource } from './source.ts';

export interface Still {
  width: number;
  height: number;
  /** Three bytes a pixel. */
  rgb: Buffer;
}

/** What both ways of using FFmpeg offer. All reject with a MediaToolsError. */
export interface VideoEngine {
  inspect(file: string, type: MediaType, limits: WorkLimits): Promise<VideoSource>;
  /** The first frame at or after this moment, else the last one; upright, at the size of a poster. */
  still(source: VideoSource, atMs: number, limits: WorkLimits): Promise<Still>;
  /**
   * One pass over the source that makes these rungs: of each its playlist, its initialisation segment and its
   * segments.
   */
  encode(request: EncodeRequest): Promise<void>;
}

export interface EncodeRequest {
  source: VideoSource;
  /** Smallest first. */
  rungs: readonly PlannedRung[];
  outputDir: string;
  limits: WorkLimits;
  /** Told how much of the video is done. */
  onTime: (doneMs: number) => void;
}
