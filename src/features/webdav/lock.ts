import type { Id } from '../../lib/ids.ts';
import type { ShownNode } from '../files/index.ts';

export interface Lock {
  token: string;
  nodeId: Id;
  /** The folders above it when it was taken, from the drive's root on. */
  aboveIds: readonly Id[];
  /** Holds everything below as well. */
  isDeep: boolean;
  isShared: boolean;
  userId: Id;
  /** What the client said of whoever holds it, as XML. */
  owner: string;
  timeoutMs: number;
  expiresAtMs: number;
}

export type Placed = Pick<ShownNode, 'id' | 'aboveIds'>;

/** Whether a lock holds a node, its own or one above it. */
export const coversNode = ({ nodeId, isDeep }: Lock, { id, aboveIds }: Placed): boolean =>
  nodeId === id || (isDeep && aboveIds.includes(nodeId));

/** Whether it lies on a node or on what is above it. */
export const liesAbove = ({ nodeId }: Lock, { id, aboveIds }: Placed): boolean =>
  nodeId === id || aboveIds.includes(nodeId);

/** Whether it lies on something below a node. */
export const liesBelow = ({ aboveIds }: Lock, { id }: Placed): boolean => aboveIds.includes(id);
