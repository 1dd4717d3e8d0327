import type { Chance } from './chance.ts';
import { type LanguageName, languages } from './languages/all.ts';
import { type Topic, topics } from './languages/language.ts';
import { type Culture, cultures } from './names.ts';
import { fillIn } from './phrases.ts';

/** Somebody of the seeded world, before anything is written. */
export interface Person {
  index: number;
  username: string;
  displayName: string;
  bio: string;
  location: string | null;
  birthDate: string | null;
  isPrivate: boolean;
  language: LanguageName;
  /** People of one community share language and a favourite topic and mostly follow one another. */
  community: number;
  /** Favourite first. */
  interests: Topic[];
  /** How strongly others are drawn to follow; a power law. */
  fame: number;
  /** How much of all that is posted comes from this person. */
  eagerness: number;
  /** Hours ahead of UTC, roughly, for the hours at which they write. */
  hoursAhead: number;
}

/** A name that nobody can own (RFC 2606): by their addresses seeded accounts are known later. */
export const seedMailDomain = 'seed.example';

export interface Community {
  culture: Culture;
  topic: Topic;
}

const communitySizeMedian = 45;

/** Communities first, then the people in them; their index is also the order in which they join. */
export function makePeople(count: number, chance: Chance): Person[] {
  const communityCount = Math.max(1, Math.round(count / communitySizeMedian));
  const communities: Community[] = Array.from({ length: communityCount }, () => ({
    culture: pickCulture(chance),
    topic: chance.pick(topics),
  }));
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const community = Math.floor(communityCount * chance.unit() ** 1.5);
    return makePerson({ index, community, taken, chance, ...communities[community]! });
  });
}

function pickCulture(chance: Chance): Culture {
  const total = cultures.reduce((sum, { share }) => sum + share, 0);
  let left = chance.unit() * total;
  for (const culture of cultures) {
    left -= culture.share;
    if (left < 0) return culture;
  }
  return cultures[0]!;
}

interface PersonContext extends Community {
  index: number;
  community: number;
  taken: Set<string>;
  chance: Chance;
}

function makePerson({ index, community, culture: home, topic, taken, chance }: PersonContext): Person {
  // One in ten lives abroad: another culture's name in this community.
  const culture = chance.likely(0.9) ? home : pickCulture(chance);
  const { language } = chance.likely(0.85) ? culture : home;
  const [given, givenLatin] = bothForms(chance.pick(culture.given.split(' ')));
  const [family, familyLatin] = bothForms(chance.pick(culture.family.split(' ')));
  const username = freeUsername(givenLatin, familyLatin, taken, chance);
  const native = culture.familyFirst ? `${family}${given}` : `${given} ${family}`;
  const others = topics.filter((each) => each !== topic);
  const bioPieces = [1, 2, 3].slice(0, chance.below(4));
  return {
    index,
    username,
    displayName: chance.likely(0.85) ? native : given,
    bio: [...new Set(bioPieces.map(() => fillIn(chance.pick(languages[language].bios), chance)))].join(' · '),
    location: chance.likely(0.6) ? chance.pick(culture.places.split(' ')) : null,
    birthDate: chance.likely(0.5) ? birthDate(chance) : null,
    isPrivate: chance.likely(0.06),
    language,
    community,
    interests: [topic, chance.pick(others), chance.pick(others)],
    fame: chance.pareto(1, 0.9),
    eagerness: chance.logNormal(1, 1.1),
    hoursAhead: chance.below(12) - 4,
  };
}

function bothForms(name: string): [string, string] {
  const [native, latin] = name.split('/');
  return [native!, latin ?? native!];
}

function freeUsername(given: string, family: string, taken: Set<string>, chance: Chance): string {
  const shapes = [`${given}_${family}`, `${given}${family}`, `${given}`, `${family}_${given.slice(0, 1)}`];
  const base = latinLetters(chance.pick(shapes)).slice(0, 22).padEnd(3, '_');
  let name = base;
  for (let number = 2; taken.has(name); number += 1 + chance.below(7)) name = `${base}${number}`;
  taken.add(name);
  return name;
}

const letters: Record<string, string> = { ı: 'i', ß: 'ss', ø: 'o', ł: 'l' };

function latinLetters(text: string): string {
  return text
    .toLowerCase()
    .replace(/[ıßøł]/g, (letter) => letters[letter]!)
    .normalize('NFD')
    .replace(/[^a-z0-9_]/g, '');
}

function birthDate(chance: Chance): string {
  const dayMs = 24 * 3_600_000;
  const youngestMs = Date.UTC(2008, 0, 1);
  return new Date(youngestMs - chance.below(55 * 365) * dayMs).toISOString().slice(0, 10);
}
