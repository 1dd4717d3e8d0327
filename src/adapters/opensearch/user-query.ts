import { idFromNumber, idToNumber } from '../../lib/ids.ts';
import { userClasses, userRank } from '../../ports/search/ranking.ts';
import type { UserPlace, UserQuery } from '../../ports/search/search.ts';

/** One search for each class, every one in the order the index lies in; all in one request. */
export interface UserSearch {
  userClass: number;
  body: object;
}

const rankSteps = userRank(1, 0) - userRank(0, 0);

export function userSearches({ words: given, handleOnly, after, limit }: UserQuery): UserSearch[] {
  const words = given.map((word) => word.toWellFormed());
  const [first] = words;
  if (first === undefined) return [];
  const one = words.length === 1 ? first : undefined;
  const beginsSo = { prefix: { username: first } };
  const isName = { term: { name: words.join(' ') } };
  const notByHandle = one === undefined ? [] : [beginsSo];
  const found: [userClass: number, filter: object[], mustNot: object[]][] = [];
  if (one !== undefined) {
    found.push([userClasses.wholeHandle, [{ term: { username: one } }], []]);
    found.push([userClasses.handle, [beginsSo], [{ term: { username: one } }]]);
  }
  if (!handleOnly) {
    found.push([userClasses.wholeName, [isName], notByHandle]);
    const all = words.map((word) => ({ prefix: { words: word } }));
    found.push([userClasses.name, all, [isName, ...notByHandle]]);
  }
  const afterClass = after ? Math.ceil(after.rank / rankSteps) - 1 : -1;
  return found
    .filter(([userClass]) => userClass >= afterClass)
    .map(([userClass, filter, mustNot]) => ({
      userClass,
      body: {
        _source: false,
        stored_fields: '_none_',
        track_total_hits: false,
        size: limit,
        sort: [{ step: 'desc' }, { id: 'asc' }],
        query: { bool: { filter, must_not: mustNot } },
        ...(after &&
          userClass === afterClass && {
            search_after: [userRank(userClass, 0) - after.rank, idToNumber(after.id)],
          }),
      },
    }));
}

export interface UserAnswer {
  hits?: { hits?: { sort: [step: number, id: number] }[] };
}

export const userPlaces = (
  searches: readonly UserSearch[],
  answers: readonly UserAnswer[],
  limit: number,
): UserPlace[] =>
  searches
    .flatMap(({ userClass }, i) =>
      (answers[i]?.hits?.hits ?? []).map(({ sort: [step, id] }) => ({
        rank: userRank(userClass, 0) - step,
        id: idFromNumber(id),
      })),
    )
    .slice(0, limit);
