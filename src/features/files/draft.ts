import type { Id } from '../../lib/ids.ts';
import type { DriveHead } from './drive-head.ts';
import type { Change } from './journal.ts';
import { type DriveView, Overlay } from './overlay.ts';

/** A use of a content that begins or ends with a commit. */
export interface UseChange {
  contentId: Id;
  use: string;
  begins: boolean;
}

export type DriveNumbers = DriveHead;

/** Changes to a drive that are being put together: what they read includes what they have written. */
export class Draft {
  readonly driveId: Id;
  readonly view: Overlay;
  readonly numbers: DriveNumbers;
  readonly changes: Change[] = [];
  readonly uses: UseChange[] = [];
  /** Those of the same commit that come before: the journal does not have them yet. */
  readonly changesBefore: readonly Change[];
  #isTouched = false;

  constructor(driveId: Id, below: DriveView, numbers: DriveNumbers, changesBefore: readonly Change[] = []) {
    this.driveId = driveId;
    this.changesBefore = changesBefore;
    this.view = new Overlay(below);
    this.numbers = { ...numbers };
  }

  /** Time of this commit. */
  get atMs(): number {
    return this.numbers.atMs;
  }

  /** The position that the next change will have. */
  get nextPosition(): number {
    return this.numbers.position + 1;
  }

  /** Notes a change; answers its position. */
  change(change: Change): number {
    this.changes.push(change);
    return ++this.numbers.position;
  }

  /** Says that the head's own numbers changed. */
  touch(): void {
    this.#isTouched = true;
  }

  use(contentId: Id, use: string): void {
    this.uses.push({ contentId, use, begins: true });
  }

  endUse(contentId: Id, use: string): void {
    this.uses.push({ contentId, use, begins: false });
  }

  get isEmpty(): boolean {
    return !this.#isTouched && this.changes.length === 0 && this.view.size() === 0 && this.uses.length === 0;
  }

  /** How many writes a commit of this has, beside head, journal and claims. */
  get writes(): number {
    return this.view.size() + this.uses.length;
  }

  /** Something more on top, which `take` makes part of this, or which is forgotten. */
  onTop(): Draft {
    return new Draft(this.driveId, this.view, this.numbers, this.changes);
  }

  take(draft: Draft): void {
    for (const effect of draft.view.effects()) this.view.write(effect);
    this.changes.push(...draft.changes);
    this.uses.push(...draft.uses);
    Object.assign(this.numbers, draft.numbers);
    this.#isTouched ||= draft.#isTouched;
  }
}
