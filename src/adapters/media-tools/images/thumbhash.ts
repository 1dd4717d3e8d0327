import { rgbaToThumbHash } from 'thumbhash';
import type { Sharp } from './sharp-engine.ts';

const sideMax = 100;

/** base64 of the thumbhash: about 30 characters from which a browser draws a blurred picture. */
export async function thumbhashOf(image: Sharp): Promise<string> {
  const { data, info } = await image
    .resize(sideMax, sideMax, { fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
