import { defineTable } from '../../ports/records/records.ts';

export interface StoredPart {
  bytes: number;
  count: number;
}

/** One row: what the last walk through the stores found. */
export const storageMeasures = defineTable<{ parts: Record<string, StoredPart>; atMs: number }>(
  'storage_measures',
  { partition: ['name'], kind: 'plain' },
);
