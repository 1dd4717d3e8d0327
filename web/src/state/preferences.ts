/** How this person likes Kith on this device. */
import { keep, kept } from './keep.ts';
import { createStore, type Store } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';

function remembered<Value>(key: string, fallback: Value): Store<Value> {
  const store = createStore<Value>(kept<Value>(key) ?? fallback);
  store.subscribe(() => keep(key, store.get()));
  return store;
}

export const theme = remembered<Theme>('kith.theme', 'system');
/** Without sound, and only where the person has said so. */
export const autoplay = remembered<boolean>('kith.autoplay', false);
export const feedOrder = remembered<'recent' | 'relevant'>('kith.feedOrder', 'recent');

export function followTheme(): void {
  const apply = () => {
    const chosen = theme.get();
    if (chosen === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = chosen;
  };
  apply();
  theme.subscribe(apply);
}
