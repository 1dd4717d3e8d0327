/** Small pictures on the pages of links. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Id } from '../../lib/ids.ts';
import { notFound } from '../../lib/refusal.ts';
import type { Blobs } from '../../ports/blobs/blobs.ts';
import { type LinkPass, type ShownNode, versionIdOf } from '../files/index.ts';
import { type PreviewsFeature, sendPreview } from '../previews/index.ts';

export interface LinkPreviewsDeps {
  previews: Pick<PreviewsFeature, 'find' | 'states'>;
  blobs: Pick<Blobs, 'get' | 'stat'>;
}

/** Made for one look at a page, where nobody had one made yet. */
const begunMax = 24;
/** Names of what a preview may be made of: others are not looked into just because a page lists them. */
const pictureName = /\.(?:png|jpe?g|gif|webp|avif|hei[cf]|bmp|tiff?|mp4|m4v|mov|webm|mkv|avi|3gp)$/i;

/** Of these, those with a preview. Of others that may get one some are begun: whoever looks again sees them. */
export async function withPreviews(
  { previews }: LinkPreviewsDeps,
  pass: LinkPass,
  nodes: readonly ShownNode[],
): Promise<ReadonlySet<Id>> {
  const files = nodes.filter(({ entry }) => entry?.content);
  const states = await previews.states(files.map(({ entry }) => entry!.content!.id));
  const unmade = files.filter(({ entry }, i) => states[i] === 'unmade' && pictureName.test(entry!.name));
  for (const { id } of unmade.slice(0, begunMax)) {
    // Nobody waits for it, and what has none just has none.
    previews.find(pass, { id, size: 'small' }).catch(() => undefined);
  }
  return new Set(files.flatMap(({ id }, i) => (typeof states[i] === 'object' ? [id] : [])));
}

/** That of a file which the link opens, to whoever may see the file by it. */
export async function sendPreviewOf(
  { previews, blobs }: LinkPreviewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { entry }: ShownNode,
): Promise<FastifyReply> {
  if (!entry?.content) throw notFound();
  const [state] = await previews.states([entry.content.id]);
  if (typeof state !== 'object') throw notFound();
  const headers = {
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
    // The link is asked anew each time.
    'cache-control': 'private, no-cache',
  };
  const found = { blob: state.small, versionId: versionIdOf(entry.version) };
  return sendPreview(request, reply, blobs, { ...found, size: 'small', headers });
}
