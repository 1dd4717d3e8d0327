import type { Media } from '../../../sdk/schema.ts';
import { formatNumber, t } from '../i18n/translate.ts';
import { sayProblem } from '../state/toasts.ts';
import { Picture } from './picture.tsx';
import { VideoPlayer } from './video-player.tsx';

const shownMax = 4;
/** One picture alone keeps its own shape between these. */
const ratioMin = 4 / 5;
const ratioMax = 1.91;

export const ratioOf = ({ width, height }: Media): number =>
  Math.min(ratioMax, Math.max(ratioMin, width && height ? width / height : 1));

interface MediaGridProps {
  media: readonly Media[];
  isUrgent?: boolean;
  /** Everything, and not only what has room in a list. */
  isWhole?: boolean;
}

export function MediaGrid({ media, isUrgent = false, isWhole = false }: MediaGridProps) {
  const shown = isWhole ? media : media.slice(0, shownMax);
  const hidden = media.length - shown.length;
  const only = media.length === 1 ? media[0]! : undefined;
  const sizes = only ? '(min-width: 720px) 592px, 100vw' : '(min-width: 720px) 300px, 50vw';
  return (
    <div
      className={shown.length > shownMax ? 'media' : `media media-${shown.length}`}
      style={only ? { aspectRatio: String(ratioOf(only)) } : undefined}
    >
      {shown.map((each, index) =>
        each.kind === 'video' ? (
          <VideoPlayer key={each.id} media={each} />
        ) : (
          <button
            key={each.id}
            type="button"
            className="media-open"
            aria-label={openLabel(each, index, media.length)}
            onClick={() => openViewer(media, each)}
          >
            <Picture media={each} sizes={sizes} isUrgent={isUrgent} />
            {hidden > 0 && index === shownMax - 1 && (
              <span className="media-more" aria-hidden="true">
                +{formatNumber(hidden)}
              </span>
            )}
          </button>
        ),
      )}
    </div>
  );
}

function openLabel({ alt }: Media, index: number, count: number): string {
  const open = t('media.open', { number: index + 1, count });
  return alt ? `${open}: ${alt}` : open;
}

export function openViewer(media: readonly Media[], first: Media): void {
  const photos = media.filter(({ kind }) => kind === 'image');
  import('./photo-viewer.ts')
    .then(({ viewPhotos }) => viewPhotos(photos, photos.indexOf(first)))
    .catch(sayProblem);
}
