/** The post that was begun. It survives a closed tab, and its key makes sure that it is sent once. */
import type { Post } from '../../../sdk/schema.ts';
import { freshKey } from '../api/client.ts';
import { keep, kept } from './keep.ts';

export interface Draft {
  text: string;
  visibility: Post['visibility'];
  attachments: readonly { name: string; kind: 'image' | 'video'; alt: string; mediaId: string }[];
  key: string;
}

const draftKey = 'kith.own.draft';

export const keptDraft = (): Draft =>
  kept<Draft>(draftKey) ?? { text: '', visibility: 'public', attachments: [], key: freshKey() };

export function keepDraft(draft: Draft | null): void {
  const isEmpty = !draft || (draft.text.trim() === '' && draft.attachments.length === 0);
  keep(draftKey, isEmpty ? null : draft);
}
