import PhotoSwipe from 'photoswipe';
import 'photoswipe/style.css';
import type { Media } from '../../../sdk/schema.ts';
import { t } from '../i18n/translate.ts';

const opaque = 0.94;

/** Photos over the whole window, with pinch, swipe and keys. Back closes it. */
export function viewPhotos(photos: readonly Media[], index: number): void {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const viewer = new PhotoSwipe({
    dataSource: photos.map((photo) => {
      const best = photo.variants.filter(({ format }) => format !== 'avif');
      const shown = (best.length > 0 ? best : photo.variants).at(-1)!;
      return {
        src: shown.url,
        width: photo.width ?? shown.width,
        height: photo.height ?? shown.height,
        alt: photo.alt,
      };
    }),
    index,
    bgOpacity: opaque,
    showHideAnimationType: 'none',
    ...(isCalm && { easing: 'linear', zoomAnimationDuration: false as const }),
    closeTitle: t('do.close'),
    arrowPrevTitle: t('media.previous'),
    arrowNextTitle: t('media.next'),
    zoomTitle: t('settings.zoom'),
    errorMsg: t('problem.not-found'),
  });
  viewer.init();
}
