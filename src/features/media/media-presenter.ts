import type { Addresses } from './addresses.ts';
import type { Media } from './media.ts';
import type { MediaFeature } from './media-feature.ts';
import { type MediaJson, presentMedia } from './present-media.ts';

export interface PresenterDeps {
  media: Pick<MediaFeature, 'progressOf'>;
  addresses: Addresses;
}

/** Shows people their own media, with whole addresses. */
export const createPresenter =
  ({ media, addresses }: PresenterDeps) =>
  async (medium: Media, baseUrl: string): Promise<MediaJson> =>
    presentMedia(
      medium,
      await media.progressOf(medium),
      (each, run, file) => baseUrl + addresses.pathOf(each, run, file, { isPublic: false }),
    );
