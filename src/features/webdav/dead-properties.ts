/** Properties that mean something to clients alone, kept as they gave them. */
import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { getManyMax, write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import { type DeadProperty, davProperties } from './tables.ts';
import { keyOf } from './xml-element.ts';

type Storing = Pick<WebdavDeps, 'records' | 'clock'>;

export const propertiesMax = 100;
/** Of all properties of a node together, names included. */
export const propertyCharactersMax = 32 * 1024;
const attemptsMax = 8;

/** Of each node, by `keyOf`. */
export type DeadProperties = ReadonlyMap<string, DeadProperty>;
export const noProperties: DeadProperties = new Map();

export async function propertiesOf(
  { records }: Storing,
  nodeIds: readonly Id[],
): Promise<Map<Id, DeadProperties>> {
  const found = new Map<Id, DeadProperties>();
  for (let at = 0; at < nodeIds.length; at += getManyMax) {
    const keys = nodeIds.slice(at, at + getManyMax).map((id) => [id]);
    for (const row of await records.getMany(davProperties, keys)) {
      if (row) found.set(row.key[0]!, byKey(row.value.properties));
    }
  }
  return found;
}

const byKey = (properties: readonly DeadProperty[]) =>
  new Map(properties.map((property) => [keyOf(property), property]));

export const fitProperties = (properties: DeadProperties): boolean =>
  properties.size <= propertiesMax && sizeOf(properties) <= propertyCharactersMax;

function sizeOf(properties: DeadProperties): number {
  let size = 0;
  for (const { uri, local, language = '', value } of properties.values())
    size += uri.length + local.length + language.length + value.length;
  return size;
}

/** Changes a node's properties at once. `change` may run several times, and answers the same where nothing is to be done. */
export async function changeProperties(
  { records, clock }: Storing,
  { nodeId, driveId }: { nodeId: Id; driveId: Id },
  change: (properties: DeadProperties) => DeadProperties,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = await records.get(davProperties, [nodeId]);
    const before = byKey(row?.value.properties ?? []);
    const after = change(before);
    if (after === before || (after.size === 0 && !row)) return;
    const properties = [...after.values()];
    const value = { properties, driveId, changedAtMs: clock.nowMs() };
    const { ok } = await records.commit({
      decide: [
        row
          ? write.replace(davProperties, [nodeId], value, row.version)
          : write.insert(davProperties, [nodeId], value),
      ],
      hints: [{ kind: 'dav.properties-changed', key: driveId, data: { driveId, nodeId } }],
    });
    if (ok) return;
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}

/** Gives copies what their originals have. */
export async function copyProperties(
  deps: Storing,
  pairs: readonly { from: Id; to: Id; driveId: Id }[],
): Promise<void> {
  const found = await propertiesOf(
    deps,
    pairs.map(({ from }) => from),
  );
  for (const { from, to, driveId } of pairs) {
    const properties = found.get(from);
    if (properties?.size) await changeProperties(deps, { nodeId: to, driveId }, () => properties);
  }
}
