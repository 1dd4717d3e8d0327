import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import { erasuresDue } from './tables.ts';

const list = 'all';
const digits = 15;

export const erasureTime = (atMs: number) => String(atMs).padStart(digits, '0');

export const erasureWrite = {
  put: (deleteAfterMs: number, userId: Id, requestedAtMs: number) =>
    write.put(erasuresDue, [list, erasureTime(deleteAfterMs), userId], { requestedAtMs }),
  remove: (deleteAfterMs: number, userId: Id) =>
    write.remove(erasuresDue, [list, erasureTime(deleteAfterMs), userId]),
};

export const erasuresList = list;
