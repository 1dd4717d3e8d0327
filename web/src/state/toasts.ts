/** Short words about what was just done, with a way to take it back where there is one. */
import { problemText } from '../api/client.ts';
import { createStore, type Store } from './store.ts';

export interface Toast {
  id: number;
  words: string;
  isProblem: boolean;
  action?: { words: string; act: () => void };
}

const shownMs = 6000;
const shownMax = 3;
let lastId = 0;
const timers = new Map<number, () => void>();
export const toasts: Store<readonly Toast[]> = createStore<readonly Toast[]>([]);

export function say(words: string, action?: Toast['action'], whenGone?: () => void): void {
  add({ words, isProblem: false, ...(action && { action }) }, whenGone);
}

export function sayProblem(error: unknown): void {
  add({ words: problemText(error), isProblem: true });
}

function add(toast: Omit<Toast, 'id'>, whenGone?: () => void): void {
  lastId += 1;
  const id = lastId;
  toasts.set([...toasts.get(), { ...toast, id }].slice(-shownMax));
  const timer = setTimeout(() => dismiss(id), shownMs);
  timers.set(id, () => {
    clearTimeout(timer);
    whenGone?.();
  });
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
  timers.get(id)?.();
  timers.delete(id);
}
