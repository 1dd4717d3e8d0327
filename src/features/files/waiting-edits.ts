import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim } from '../../lib/principal.ts';
import type { CommitResult, Write } from '../../ports/records/records.ts';
import type { ContentRows } from '../contents/index.ts';
import { claimWrites, replayedResult } from '../idempotency/index.ts';
import type { Draft } from './draft.ts';

/** Something to be changed in a drive. It may be run several times, and only the last time counts. */
export type Edit<Result> = (draft: Draft) => Promise<Result>;

export interface EditOptions<Result> {
  claim?: IdempotencyClaim | undefined;
  /** What a repeated request is answered by; needed with a claim. */
  resultId?: (result: Result) => Id;
  /** Of a content the edit uses, to be written with it. */
  contentRows?: ContentRows | undefined;
}

/** Thrown where the same request was done before. */
export class Replayed extends Error {
  readonly resultId: Id;
  constructor(resultId: Id) {
    super('done before');
    this.resultId = resultId;
  }
}

export interface WaitingEdit {
  edit: Edit<unknown>;
  options: EditOptions<never>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** An edit that is part of a commit, or whose outcome stands if that commit does. */
export interface PreparedEdit {
  waiting: WaitingEdit;
  settle(): void;
  /** Of its request, and of the content it brings. */
  claims: readonly Write[];
  /** Of the latter. */
  then: readonly Write[];
}

const editsPerCommitMax = 32;

/** Evaluates those that wait longest into a draft, each on top of the others; `prepared` gets them and those that fail. */
export async function prepareEdits(
  queue: readonly WaitingEdit[],
  draft: Draft,
  writesMax: number,
  prepared: PreparedEdit[],
): Promise<void> {
  const claimed = new Set<string>();
  let also = 0;
  for (const waiting of queue.slice(0, editsPerCommitMax)) {
    const part = draft.onTop();
    const made = await evaluate(waiting, part);
    if ('error' in made) {
      prepared.push({ waiting, claims: [], then: [], settle: () => waiting.reject(made.error) });
      continue;
    }
    const { claims, then } = besideWrites(waiting, made.result, draft.atMs);
    // The same request or the same bytes twice at once: the second is decided when the first stands.
    const names = claims.map(({ table, key }) => [table.name, ...key].join());
    if (names.some((name) => claimed.has(name))) break;
    const before = draft.writes;
    const own = part.writes + claims.length + then.length;
    if (before + also + own > writesMax) {
      if (before > 0) break;
      throw new RangeError(`an edit of ${own} writes fits no commit`);
    }
    also += claims.length + then.length;
    for (const name of names) claimed.add(name);
    draft.take(part);
    prepared.push({ waiting, claims, then, settle: () => waiting.resolve(made.result) });
  }
}

/** What goes along with an edit that has that result. */
function besideWrites(
  { options }: WaitingEdit,
  result: unknown,
  atMs: number,
): Pick<PreparedEdit, 'claims' | 'then'> {
  const { claim, resultId, contentRows } = options as EditOptions<unknown>;
  const request = claim && resultId ? claimWrites(claim, resultId(result), atMs) : [];
  if (!contentRows || contentRows.isWritten) return { claims: request, then: [] };
  return { claims: [...request, ...contentRows.claims], then: contentRows.then };
}

async function evaluate(
  { edit, options }: WaitingEdit,
  draft: Draft,
): Promise<{ result: unknown } | { error: unknown }> {
  try {
    if (!options.contentRows?.isWritten) options.contentRows?.check();
    return { result: await edit(draft) };
  } catch (error) {
    return { error };
  }
}

/** Where a claim was in conflict: the others try again without what was claimed. False where it was something else. */
export async function mendClaims(
  result: CommitResult,
  queue: WaitingEdit[],
  prepared: readonly PreparedEdit[],
): Promise<boolean> {
  if (result.ok) return false;
  const found = prepared.find(({ claims }) => claims.includes(result.conflict));
  if (!found) return false;
  const { waiting } = found;
  if (waiting.options.contentRows?.claims.includes(result.conflict)) await writeContentsAlone(queue);
  else answerReplay(result, queue, waiting);
  return true;
}

/** Whose request was done before is answered by that. */
function answerReplay(result: CommitResult, queue: WaitingEdit[], waiting: WaitingEdit): void {
  queue.splice(queue.indexOf(waiting), 1);
  try {
    waiting.reject(new Replayed(replayedResult(result, waiting.options.claim)!));
  } catch (error) {
    waiting.reject(error);
  }
}

/** Somebody stored the same bytes meanwhile, and those who wait may have brought them as well. */
async function writeContentsAlone(queue: WaitingEdit[]): Promise<void> {
  await Promise.all(
    queue.slice(0, editsPerCommitMax).map(async (waiting) => {
      try {
        await waiting.options.contentRows?.write();
      } catch (error) {
        queue.splice(queue.indexOf(waiting), 1);
        waiting.reject(error);
      }
    }),
  );
}
