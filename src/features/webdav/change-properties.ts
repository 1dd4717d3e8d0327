import type { Principal } from '../../lib/principal.ts';
import type { Situation } from './conditions.ts';
import type { WebdavDeps } from './context.ts';
import { changeProperties, fitProperties } from './dead-properties.ts';
import { hrefOfResource, requireNode } from './find-resource.ts';
import { liveProperties } from './live-properties.ts';
import { multistatusHead, multistatusTail, propstat } from './multistatus.ts';
import type { PropertyChange } from './read-requests.ts';
import { lockable, requireUnlocked } from './require-unlocked.ts';
import { davUri, escapeXml, keyOf, wrap } from './xml-element.ts';

/** PROPPATCH: all changes or none. Answers the multistatus that says which. */
export async function patchProperties(
  deps: WebdavDeps,
  who: Principal,
  situation: Situation,
  changes: readonly PropertyChange[],
): Promise<string> {
  const resource = requireNode(situation.found, 'write');
  requireUnlocked(who, situation, { nodes: [lockable(resource)] });
  const isProtected = ({ uri, local }: PropertyChange) =>
    uri === davUri && Object.hasOwn(liveProperties, local);
  const refused = changes.filter(isProtected);
  const { id: nodeId, driveId } = resource.node;
  let status = '424 Failed Dependency';
  if (refused.length === 0) {
    const fit = await applied(deps, { nodeId, driveId }, changes);
    status = fit ? '200 OK' : '507 Insufficient Storage';
  }
  const others = changes.filter((change) => !refused.includes(change));
  const parts = [
    ...(refused.length > 0
      ? [propstat(refused.map(nameText), '403 Forbidden').replace(endOfPropstat, why)]
      : []),
    ...(others.length > 0 ? [propstat(others.map(nameText), status)] : []),
  ];
  const href = escapeXml(hrefOfResource(resource));
  return `${multistatusHead}\n<D:response><D:href>${href}</D:href>${parts.join('')}</D:response>${multistatusTail}`;
}

const endOfPropstat = /<\/D:propstat>$/;
const why = '<D:error><D:cannot-modify-protected-property/></D:error></D:propstat>';
const nameText = ({ uri, local }: PropertyChange) => wrap({ uri, local }, '');

/** False where there is no room for all of them. */
async function applied(
  deps: WebdavDeps,
  node: { nodeId: string; driveId: string },
  changes: readonly PropertyChange[],
): Promise<boolean> {
  let isFitting = true;
  await changeProperties(deps, node, (before) => {
    const after = new Map(before);
    for (const change of changes) {
      if (change.property) after.set(keyOf(change), change.property);
      else after.delete(keyOf(change));
    }
    isFitting = fitProperties(after);
    return isFitting ? after : before;
  });
  return isFitting;
}
