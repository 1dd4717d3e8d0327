import { defineTable } from '../../ports/records/records.ts';

/** The words of a drive's names, by their beginnings. `place` is the word and the node that bears it. */
export const fileNameWords = defineTable<object>('file_name_words', {
  partition: ['drive_id', 'shelf'],
  clustering: ['place'],
  kind: 'plain',
});

export interface IndexMark {
  /** All changes up to there are in the index; of an erased drive, out of it. */
  position: number;
  isErased?: boolean;
}

/** How far the index of each drive is. */
export const fileIndexMarks = defineTable<IndexMark>('file_index_marks', { partition: ['drive_id'] });
