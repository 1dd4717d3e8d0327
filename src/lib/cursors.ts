import { invalid } from './refusal.ts';

/**
 * Opaque list cursors: the kind of list and where the last page ended. A cursor never grants anything: what it
 * names is only a position, and every page is authorised anew. One from another list is refused.
 */
export function encodeCursor(kind: string, parts: readonly string[]): string {
  return Buffer.from(JSON.stringify([kind, ...parts])).toString('base64url');
}

const cursorCharactersMax = 1024;

/** The parts, or undefined where no cursor was given. Throws `invalid` for anything that `encodeCursor(kind, …)` did not make. */
export function decodeCursor(kind: string, cursor: string | undefined, count: number): string[] | undefined {
  if (cursor === undefined) return undefined;
  if (cursor.length <= cursorCharactersMax && /^[\w-]+$/.test(cursor)) {
    try {
      const [found, ...parts] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
      if (found === kind && parts.length === count && parts.every((part) => typeof part === 'string')) {
        return parts as string[];
      }
    } catch {
      // Falls through to the refusal.
    }
  }
  throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
}
