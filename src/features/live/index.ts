import type { Id } from '../../lib/ids.ts';
import { type LiveDeps, LiveHub, type OpenRequest } from './hub.ts';
import type { OpenStream } from './open-stream.ts';

export { announce, type LiveMessage } from './channel.ts';
export type { HintRoutes } from './evaluate.ts';
export type { LiveDeps, LiveLimits, OpenRequest } from './hub.ts';
export type { OpenStream, Sink } from './open-stream.ts';

/** Open pages of this process, told of what changes for them. Nothing is kept: a stream resumes from the log. */
export interface Live {
  /** Subscribes to the log from now on; before any stream opens. */
  start(): Promise<void>;
  /** Resolves when the stream has caught up. Throws `rate-limited` or `unavailable` before it connects. */
  open(request: OpenRequest): Promise<OpenStream>;
  /** The page shows these posts now: of those its reader may see, the newest 200 are watched; the others are `removed`. */
  watch(stream: OpenStream, postIds: readonly Id[]): Promise<void>;
  /** Ends every stream; for good. */
  drain(): Promise<void>;
  readonly streamsCount: number;
}

export const createLive = (deps: LiveDeps): Live => new LiveHub(deps);
