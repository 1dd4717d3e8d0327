import { idFromNumber, idToNumber } from '../../lib/ids.ts';
import { userClasses } from '../../ports/search/ranking.ts';
import type { UserPlace, UserQuery } from '../../ports/search/search.ts';
import { isRun } from '../../ports/search/text.ts';
import { afterAll, beginningMax, rankOf, scannedMax, separator } from './schema.ts';
import type { Statements } from './statements.ts';

interface UserStep {
  id: number;
  step: number;
}
interface FoundUser {
  id: number;
  rank: number;
  username: string;
  name: string;
  words: string;
}

/** No count of followers comes to a higher step. */
const maxStep = 250;

/** Each class in turn, every one already in order, until the page is full. */
export function findUsers(
  statements: Statements,
  { words, handleOnly, after, limit }: UserQuery,
): UserPlace[] {
  const [first] = words;
  if (first === undefined) return [];
  const isOne = words.length === 1;
  const found: UserPlace[] = [];
  const take = (places: Iterable<UserPlace>) => {
    for (const place of places) {
      if (found.length >= limit) return;
      if (!after || place.rank > after.rank || (place.rank === after.rank && place.id > after.id))
        found.push(place);
    }
  };
  if (isOne) take(wholeHandle(statements, first));
  if (isOne && found.length < limit) take(beginning(statements, userClasses.handle, words, after));
  if (handleOnly) return found;
  if (found.length < limit) take(wholeName(statements, words, after));
  if (found.length < limit) take(beginning(statements, userClasses.name, words, after));
  return found;
}

function wholeHandle(statements: Statements, username: string): UserPlace[] {
  const rows = statements.all('SELECT id, step FROM users WHERE username = ?', username) as UserStep[];
  return rows.map(({ id, step }) => ({
    id: idFromNumber(id),
    rank: rankOf(userClasses.wholeHandle, step),
  }));
}

function* wholeName(
  statements: Statements,
  words: readonly string[],
  after: UserPlace | undefined,
): Generator<UserPlace> {
  const handle = words.length === 1 ? words[0]! : undefined;
  const sql =
    'SELECT id, username, step FROM users WHERE name = ? AND (step < ? OR (step = ? AND id > ?)) ORDER BY step DESC, id';
  const base = rankOf(userClasses.wholeName, 0);
  const isInside = after !== undefined && after.rank >= base - maxStep && after.rank <= base;
  const step = isInside ? base - after.rank : maxStep + 1;
  const id = isInside ? idToNumber(after.id) : 0;
  for (const row of statements.iterate(sql, words.join(' '), step, step, id) as Iterable<
    UserStep & { username: string }
  >) {
    if (handle !== undefined && row.username.startsWith(handle)) continue;
    yield { id: idFromNumber(row.id), rank: base - row.step };
  }
}

/** Those whose handle, or words of whose name, begin so; leaves out who stands in an earlier class. */
function beginning(
  statements: Statements,
  userClass: number,
  words: readonly string[],
  after: UserPlace | undefined,
): Iterable<UserPlace> {
  const driver = words.reduce((a, b) => (b.length > a.length ? b : a));
  const isShort = [...driver].length <= beginningMax;
  const rows = isShort
    ? shortBeginning(statements, userClass, driver, after)
    : longBeginning(statements, userClass, driver);
  return accepted(rows, userClass, words, isShort);
}

function shortBeginning(
  statements: Statements,
  userClass: number,
  driver: string,
  after: UserPlace | undefined,
): Iterable<FoundUser> {
  const highest = rankOf(userClass, maxStep);
  const lowest = rankOf(userClass, 0);
  const from = after && after.rank >= highest ? after : { rank: highest, id: '' };
  return statements.iterate(
    `SELECT b.id, b.rank, u.username, u.name, u.words FROM user_beginnings AS b CROSS JOIN users AS u ON u.id = b.id
       WHERE b.beginning = ? AND b.rank <= ? AND (b.rank, b.id) > (?, ?) ORDER BY b.rank, b.id`,
    ...[driver, lowest, from.rank, from.id === '' ? -1 : idToNumber(from.id)],
  ) as Iterable<FoundUser>;
}

function longBeginning(statements: Statements, userClass: number, driver: string): FoundUser[] {
  const rows = statements.all(
    `SELECT DISTINCT w.id, u.step, u.username, u.name, u.words FROM
         (SELECT word, class, id FROM user_words WHERE word >= ? AND word < ? LIMIT ${scannedMax}) AS w
       CROSS JOIN users AS u ON u.id = w.id WHERE w.class = ?`,
    ...[driver, afterAll(driver), userClass],
  ) as (Omit<FoundUser, 'rank'> & UserStep)[];
  return rows
    .map((row) => ({ ...row, rank: rankOf(userClass, row.step) }))
    .sort((a, b) => a.rank - b.rank || a.id - b.id);
}

function* accepted(
  rows: Iterable<FoundUser>,
  userClass: number,
  words: readonly string[],
  isShort: boolean,
): Generator<UserPlace> {
  let looked = 0;
  for (const { id, rank, username, name, words: own } of rows) {
    if (isShort && ++looked > scannedMax) return;
    const isHandle = words.length === 1 && username.startsWith(words[0]!);
    if (userClass === userClasses.handle) {
      if (username !== words[0]) yield { id: idFromNumber(id), rank };
    } else if (!isHandle && name !== words.join(' ') && holdsAll(own.split(separator), words)) {
      yield { id: idFromNumber(id), rank };
    }
  }
}

const holdsAll = (own: readonly string[], words: readonly string[]): boolean =>
  words.every((word) => own.some((each) => each.startsWith(word) || (isRun(word) && each.includes(word))));
