import { badRequest } from './dav-refusal.ts';

export interface IfCondition {
  isNot: boolean;
  /** One of both. */
  token?: string;
  etag?: string;
}

/** Conditions that hold together, of the resource named, or of the one that is asked for. */
export interface IfList {
  resource: string | undefined;
  conditions: IfCondition[];
}

const listsMax = 64;
const conditionsMax = 128;
const part = {
  tag: /\s*<([^<>\s]+)>\s*/y,
  open: /\s*\(\s*/y,
  close: /\s*\)\s*/y,
  not: /\s*Not(?=[\s<[])\s*/iy,
  token: /<([^<>\s]+)>\s*/y,
  etag: /\[\s*((?:W\/)?"[^"]*")\s*\]\s*/y,
};

/** The `If` header (RFC 4918, section 10.4): lists of which one must hold. Without tags they are of what is asked for. */
export function parseIf(header: string): IfList[] {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (!match) return undefined;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  const lists: IfList[] = [];
  let count = 0;
  let resource: string | undefined;
  /** Tagged lists and untagged ones do not mix. */
  let isTagged: boolean | undefined;
  while (at < header.length) {
    const tag = take(part.tag);
    if (tag !== undefined && isTagged === false) throw unreadable();
    if (tag !== undefined) resource = tag;
    isTagged ??= tag !== undefined;
    if (take(part.open) === undefined) throw unreadable();
    const conditions: IfCondition[] = [];
    while (take(part.close) === undefined) {
      const isNot = take(part.not) !== undefined;
      const token = take(part.token);
      const etag = token === undefined ? take(part.etag) : undefined;
      if (token === undefined && etag === undefined) throw unreadable();
      if (++count > conditionsMax) throw unreadable();
      conditions.push({ isNot, ...(token !== undefined ? { token } : { etag: etag! }) });
    }
    if (conditions.length === 0 || lists.length >= listsMax) throw unreadable();
    lists.push({ resource, conditions });
  }
  if (lists.length === 0) throw unreadable();
  return lists;
}

const unreadable = () => badRequest('The If header cannot be read.');

/** What conditions are about: the tag of what is there, and the locks that hold it. */
export interface State {
  etag: string | undefined;
  tokens: readonly string[];
}

export const holds = ({ conditions }: IfList, { etag, tokens }: State): boolean =>
  conditions.every((each) => {
    const isThere = each.token === undefined ? each.etag === etag : tokens.includes(each.token);
    return isThere !== each.isNot;
  });

/** Every lock that a client says it knows of, whether or not the list it stands in holds. */
export const tokensIn = (lists: readonly IfList[]): string[] =>
  lists.flatMap(({ conditions }) => conditions.flatMap(({ token }) => token ?? []));
