import type { Row, Table } from '../../ports/records/records.ts';
import { type CqlRow, type CqlValue, numberOf, type Statement, textOf } from './cql.ts';
import { partitionParts, splitParts } from './keys.ts';

/** Where a commit decides, or a conditional row lies: a CQL table and a partition in it. */
export interface Home {
  table: string;
  partition: string;
}

/**
 * A conditional row as it is stored.
 *
 * `version` undefined: not there (perhaps removed: then `stamp` tells when, for `goneTtlSeconds`).
 * `version` 0: a claim, which counts as version 1 once the commit `tx`, which decides at `home`, is committed.
 * Otherwise it stands, whatever `tx` says.
 */
export interface StoredRow {
  partition: string;
  family: string;
  key: string;
  text: string;
  version: number | undefined;
  stamp: number | undefined;
  tx: string | undefined;
  home: Home | undefined;
  /** The commit that is known to be committed, and its stamp: spares asking for the marker. */
  confirmed: string | undefined;
  confirmedAt: number | undefined;
}

export const claimedVersion = 0;

export const rowColumns = `partition, family, key, value, version, stamp, tx, tx_table, tx_partition, confirmed,
  writetime(confirmed) AS confirmed_at`;

export function storedRow(row: CqlRow): StoredRow {
  const table = textOf(row['tx_table']);
  const partition = textOf(row['tx_partition']);
  return {
    partition: row['partition'] as string,
    family: row['family'] as string,
    key: row['key'] as string,
    text: textOf(row['value']) ?? '',
    version: numberOf(row['version']),
    stamp: numberOf(row['stamp']),
    tx: textOf(row['tx']),
    home: table === undefined || partition === undefined ? undefined : { table, partition },
    confirmed: textOf(row['confirmed']),
    confirmedAt: numberOf(row['confirmed_at']),
  };
}

/** The row as callers see it: the caller knows that it stands. */
export function visibleRow<V extends object>(table: Table<V>, row: StoredRow): Row<V> {
  return {
    key: [
      ...partitionParts(row.partition, table.partition.length),
      ...splitParts(row.key, table.clustering.length),
    ],
    value: JSON.parse(row.text) as V,
    version: Math.max(1, row.version!),
  };
}

/** What a write finds where it goes. A row once seen as it is now must still be so when the write takes effect. */
export type Standing =
  | { is: 'unseen' }
  | { is: 'gone' }
  | { is: 'claimed'; tx: string; standing: boolean }
  | { is: 'there'; version: number };

const where = 'WHERE partition = ? AND family = ? AND key = ?';

export interface Target {
  home: Home;
  family: string;
  key: string;
}

/** Expects what was seen, and a row stamped below the commit: so a late duplicate finds its condition broken. */
function condition(standing: Standing, version: number | undefined, stamp: number): [string, CqlValue[]] {
  switch (standing.is) {
    case 'unseen':
      return version === undefined
        ? ['IF version = null AND stamp = null', []]
        : ['IF version = ? AND stamp < ?', [version, BigInt(stamp)]];
    case 'gone':
      return ['IF version = null AND stamp < ?', [BigInt(stamp)]];
    case 'claimed':
      return ['IF version = ? AND tx = ? AND stamp < ?', [claimedVersion, standing.tx, BigInt(stamp)]];
    case 'there':
      return ['IF version = ? AND stamp < ?', [standing.version, BigInt(stamp)]];
  }
}

export interface RowWrite extends Target {
  /** Undefined for a removal. */
  text: string | undefined;
  /** The version expected; undefined for an insert. */
  version: number | undefined;
}

/** A row that was removed is remembered for so long, so that what is inserted again is stamped above it. */
export const goneTtlSeconds = 10 * 86_400;

const nothing = 'value = null, version = null, tx = null, tx_table = null, tx_partition = null';

/** Only UPDATE is used: a row made so vanishes with its last column. */
export function decideStatement(write: RowWrite, standing: Standing, stamp: number): Statement {
  const { home, family, key, text, version } = write;
  const [conditionCql, conditionParams] = condition(standing, version, stamp);
  const at = [home.partition, family, key];
  if (text === undefined) {
    return {
      cql: `UPDATE ${home.table} USING TTL ${goneTtlSeconds} SET ${nothing}, stamp = ?
        ${where} ${conditionCql}`,
      params: [BigInt(stamp), ...at, ...conditionParams],
    };
  }
  return {
    cql: `UPDATE ${home.table} SET value = ?, version = ?, stamp = ? ${where} ${conditionCql}`,
    params: [text, (version ?? 0) + 1, BigInt(stamp), ...at, ...conditionParams],
  };
}

/** A claim stands from the moment its commit is decided at `decidesAt`. */
export function claimStatement(
  write: RowWrite,
  standing: Standing,
  { stamp, tx, decidesAt }: { stamp: number; tx: string; decidesAt: Home },
): Statement {
  const { home, family, key, text } = write;
  const [conditionCql, conditionParams] = condition(standing, undefined, stamp);
  return {
    cql: `UPDATE ${home.table} SET value = ?, version = ${claimedVersion}, stamp = ?, tx = ?, tx_table = ?,
      tx_partition = ? ${where} ${conditionCql}`,
    params: [
      text!,
      BigInt(stamp),
      tx,
      decidesAt.table,
      decidesAt.partition,
      home.partition,
      family,
      key,
      ...conditionParams,
    ],
  };
}

/** Takes a claim away again, if it is still that commit's. */
export function releaseStatement({ home, family, key }: Target, tx: string, stamp: number): Statement {
  return {
    cql: `UPDATE ${home.table} USING TTL ${goneTtlSeconds} SET ${nothing}, stamp = ?
      ${where} IF version = ${claimedVersion} AND tx = ?`,
    params: [BigInt(stamp), home.partition, family, key, tx],
  };
}

/**
 * Notes on a claim that its commit is committed. Not conditional, and allowed to be: no condition ever asks for this
 * column, and it counts only where it equals `tx`.
 */
export function confirmStatement({ home, family, key }: Target, tx: string, stamp: number): Statement {
  return {
    cql: `UPDATE ${home.table} USING TIMESTAMP ? SET confirmed = ? ${where}`,
    params: [BigInt(stamp), tx, home.partition, family, key],
  };
}

/** Takes the note away with its row, so that nothing is left of it. Stamped as the removal. */
export function unconfirmStatement({ home, family, key }: Target, stamp: number): Statement {
  return {
    cql: `DELETE confirmed FROM ${home.table} USING TIMESTAMP ? ${where}`,
    params: [BigInt(stamp), home.partition, family, key],
  };
}
