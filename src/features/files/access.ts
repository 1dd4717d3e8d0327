import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, notFound } from '../../lib/refusal.ts';
import type { Records } from '../../ports/records/records.ts';
import type { SharedRole } from './share.ts';
import { fileGrants } from './tables.ts';

export type Role = SharedRole | 'owner';

/** Who came by a link: it reaches one node and what is below it. */
export interface LinkPass {
  linkId: Id;
  driveId: Id;
  nodeId: Id;
  role: SharedRole | 'uploader';
}

export type Who = Principal | LinkPass;

/** What one may want to do. `add`: put something new into a folder. */
export type Need = 'read' | 'add' | 'write' | 'own';

const powers: Readonly<Record<Role | 'uploader', readonly Need[]>> = {
  owner: ['read', 'add', 'write', 'own'],
  editor: ['read', 'add', 'write'],
  viewer: ['read'],
  uploader: ['add'],
};

const isPass = (who: Who): who is LinkPass => 'linkId' in who;
/** The name under which changes are noted: who came by a link acts for the owner. */
export const actorOf = (who: Who): { byId: Id } => ({ byId: isPass(who) ? who.driveId : who.userId });

export interface AccessDeps {
  records: Records;
  /** Whether what this person shares reaches that one: both are here and neither blocks the other. */
  reaches: (ownerId: Id, userId: Id | null) => Promise<boolean>;
}

/** What somebody may do with a node, and from which node above it (or itself) on. */
export interface Reach {
  role: Role | 'uploader';
  topId: Id;
}

export interface Access {
  /** Given a node's drive and all ids from the root down to it; undefined: it is hidden. */
  reachOf(who: Who, driveId: Id, ids: readonly Id[]): Promise<Reach | undefined>;
  /** Refuses with `not-found` where it is hidden, `forbidden` where only the deed is not theirs. */
  require(who: Who, need: Need, driveId: Id, ids: readonly Id[]): Promise<Reach>;
}

export const may = ({ role }: Reach, need: Need): boolean => powers[role].includes(need);

export function createAccess({ records, reaches }: AccessDeps): Access {
  const reachOf: Access['reachOf'] = async (who, driveId, ids) => {
    if (isPass(who)) {
      const isBelow = who.driveId === driveId && ids.includes(who.nodeId);
      return isBelow && (await reaches(driveId, null)) ? { role: who.role, topId: who.nodeId } : undefined;
    }
    if (who.userId === driveId) return { role: 'owner', topId: driveId };
    const rows = await records.getMany(
      fileGrants,
      ids.map((id) => [id, who.userId]),
    );
    const grants = rows.flatMap((row, i) =>
      row?.value.driveId === driveId ? [{ role: row.value.role, topId: ids[i]! }] : [],
    );
    if (grants.length === 0 || !(await reaches(driveId, who.userId))) return undefined;
    const role = grants.some((grant) => grant.role === 'editor') ? 'editor' : 'viewer';
    return { role, topId: grants[0]!.topId };
  };
  return {
    reachOf,
    async require(who, need, driveId, ids) {
      const reach = await reachOf(who, driveId, ids);
      if (!reach) throw notFound();
      if (may(reach, need)) return reach;
      // Who may only put something into a folder is told nothing of what it holds.
      if (reach.role === 'uploader') throw notFound();
      throw forbidden(
        need === 'own' ? 'Only its owner can do that.' : 'This is shared with you to be read only.',
      );
    },
  };
}
