/** Which post is being written: none, a new one, or an edit. */
import type { Post } from '../../../sdk/schema.ts';
import { createStore } from './store.ts';

export type Composing = { what: 'new' } | { what: 'edit'; post: Post };
export const composing = createStore<Composing | null>(null);
