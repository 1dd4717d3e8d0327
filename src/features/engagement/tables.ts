import { defineTable } from '../../ports/records/records.ts';

/** What one person had to do with another and their posts, as plain numbers. */
export interface Affinity {
  views?: number;
  dwellMs?: number;
  reactions?: number;
  /** Comments by the viewer under the author's posts or comments. */
  comments?: number;
  /** The other way round. */
  replies?: number;
  profileVisits?: number;
}

/** One row a period of time, so that what is long past can fade. */
export const affinity = defineTable<Affinity>('affinity', {
  partition: ['viewer_id', 'period'],
  clustering: ['author_id'],
  kind: 'counter',
  wide: true,
});
