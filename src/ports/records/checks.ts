import {
  type Commit,
  commitWritesMax,
  getManyMax,
  type Key,
  type ListOptions,
  listLimitMax,
  type Table,
  type Write,
} from './records.ts';

/** Throws where a commit breaks a rule of the port: a bug in the caller, so every engine asks first. */
export function checkCommit(
  { claims = [], decide, then = [], hints }: Commit,
  writesMax: number = commitWritesMax,
): void {
  if (hints.length === 0) throw new TypeError('a commit leaves at least one hint');
  if (claims.length + decide.length + then.length > writesMax)
    throw new RangeError('a commit of too many writes');
  for (const each of claims) {
    checkWrite(each);
    if (each.op !== 'insert') throw new TypeError('a claim is an insert');
  }
  for (const each of decide) checkWrite(each);
  for (const each of then) {
    checkWrite(each);
    if (each.table.kind === 'conditional')
      throw new TypeError(`${each.table.name}: conditional writes decide`);
  }
  if (decide.length > 1) checkOnePartition(decide);
  if (claims.length + decide.length > 1) checkDistinctRows([...claims, ...decide]);
}

/** A key names every part of its table's key. */
export function checkKey(table: Table<object>, key: Key): void {
  if (key.length !== table.partition.length + table.clustering.length) throw keyError(table, key);
  for (const part of key) if (typeof part !== 'string') throw keyError(table, key);
}

/** Of keys, or of lists. */
export function checkGetMany(asked: readonly unknown[]): void {
  if (asked.length > getManyMax) throw new RangeError(`${asked.length} asked for at once`);
}

export function checkList(table: Table<object>, prefix: Key, { after, before, limit }: ListOptions): void {
  if (prefix.length < table.partition.length)
    throw new RangeError(`${table.name}: a list names its partition`);
  const parts = table.partition.length + table.clustering.length;
  const bounded = after !== undefined || before !== undefined;
  if (prefix.length > parts || (bounded && prefix.length === parts)) throw keyError(table, prefix);
  checkLimit(limit);
}

export const checkScan = checkLimit;

function checkLimit(limit: number): void {
  if (!(limit >= 1 && limit <= listLimitMax)) throw new RangeError(`limit ${limit}`);
}

const keyError = (table: Table<object>, key: Key) =>
  new TypeError(`${table.name}: key ${JSON.stringify(key)}`);

function checkWrite(each: Write): void {
  const { table, key, op } = each;
  checkKey(table, key);
  for (const part of key) {
    // Engines store such text differently or not at all.
    if (part.includes('\0') || !part.isWellFormed()) throw keyError(table, key);
  }
  const allowed =
    table.kind === 'conditional'
      ? op === 'insert' || op === 'replace' || (op === 'remove' && each.version !== undefined)
      : table.kind === 'counter'
        ? op === 'add' || (op === 'remove' && each.version === undefined)
        : op === 'put' || (op === 'remove' && each.version === undefined);
  if (!allowed) throw new TypeError(`${table.name} is ${table.kind}: no ${op} of this form`);
}

function checkOnePartition(decide: readonly Write[]): void {
  const home = decide[0]!;
  for (const each of decide) {
    const same =
      each.table.partition.length === home.table.partition.length &&
      each.table.partition.every((_, i) => each.key[i] === home.key[i]);
    if (!same) throw new TypeError('a decision lies in one partition');
  }
}

/** Two conditions on one row would mean one thing on an engine that checks first and another on one that goes in order. */
function checkDistinctRows(writes: readonly Write[]): void {
  const seen = new Set<string>();
  for (const { table, key } of writes) {
    if (table.kind !== 'conditional') continue;
    const row = `${table.name}\0${key.join('\0')}`;
    if (seen.has(row)) throw new TypeError(`${table.name}: a row is decided once in a commit`);
    seen.add(row);
  }
}
