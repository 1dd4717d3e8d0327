/** `2026-11`: the partition of lists by time of creation. In UTC. */
export const monthOf = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 7);

export function monthBefore(month: string): string {
  const [year, number] = month.split('-').map(Number);
  return monthOf(Date.UTC(year!, number! - 2, 1));
}

export const isMonth = (text: string): boolean => /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
