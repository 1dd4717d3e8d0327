import { Refusal } from '../../lib/refusal.ts';

const baseCharactersMax = 24;
const numberMax = 9;

/** `Anna Öztürk` → `anna_ozturk`; empty where nothing of it can stand in a username. */
function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, baseCharactersMax);
}

/** Names to try for somebody who gave none, the nicest first; the last is as good as surely free. */
function candidates({ name = '', email }: { name?: string | undefined; email: string }, unique: string) {
  const base = [slug(name), slug(email.split('@')[0]!), 'person'].find((each) => each.length >= 3)!;
  const numbered = Array.from({ length: numberMax - 1 }, (_, i) => `${base}${i + 2}`);
  return [base, ...numbered, `${base.slice(0, 18)}_${unique}`];
}

/** Tries to register under one name after another, as long as it is the name that is refused. */
export async function chooseUsername<Result>(
  given: { name?: string | undefined; email: string },
  unique: string,
  register: (username: string) => Promise<Result>,
): Promise<Result> {
  const names = candidates(given, unique);
  for (const name of names.slice(0, -1)) {
    try {
      return await register(name);
    } catch (error) {
      const isTheName = error instanceof Refusal && error.fields[0]?.field === 'username';
      if (!isTheName) throw error;
    }
  }
  return register(names.at(-1)!);
}
