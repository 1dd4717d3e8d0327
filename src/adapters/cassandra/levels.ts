import { types } from 'cassandra-driver';

const { localQuorum, localSerial } = types.consistencies;

/**
 * How many copies must have answered, by what is asked of them. All of them lie in the home region: two regions that
 * decided each for itself would give one name to two people. docs/regions.md has this table and what follows from it.
 */
export const levels = {
  /** Rows written without a condition, and what a decision must reach before it counts. */
  write: localQuorum,
  /** Rows read. Meets every write, since any two majorities of one region share a copy. */
  read: localQuorum,
  /** Conditional writes: who is first. */
  decide: localSerial,
  /** Reads that must know what became of every conditional write. */
  settle: localSerial,
} as const;
