import { defineTable } from '../../ports/records/records.ts';

/** What one person had to do with another's posts, as plain numbers. */
export interface Affinity {
  views?: number;
  dwellMs?: number;
  reactions?: number;
  comments?: number;
  profileVisits?: number;
}

export const affinity = defineTable<Affinity>('affinity', {
  partition: ['viewer_id'],
  clustering: ['author_id'],
  kind: 'counter',
  wide: true,
});
