import { memo, useMemo } from 'react';
import { thumbHashToDataURL } from 'thumbhash';
import type { Media } from '../../../sdk/schema.ts';

interface PictureProps {
  media: Media;
  /** How wide it is shown, as the `sizes` attribute takes it. */
  sizes: string;
  /** Fetched at once rather than when it comes near. */
  isUrgent?: boolean;
}

const formatOrder = ['avif', 'webp', 'jpeg'];

/** A photo in its place: the thumbhash fills it until the file is there, and nothing moves. */
export const Picture = memo(function Picture({ media, sizes, isUrgent = false }: PictureProps) {
  const formats = useMemo(() => groupByFormat(media.variants), [media.variants]);
  const blurred = usePlaceholder(media.placeholder);
  const fallback = formats.at(-1)?.variants;
  return (
    <picture className="picture" style={blurred ? { backgroundImage: `url(${blurred})` } : undefined}>
      {formats.slice(0, -1).map(({ format, variants }) => (
        <source key={format} type={`image/${format}`} srcSet={srcSetOf(variants)} sizes={sizes} />
      ))}
      {fallback && (
        <img
          src={fallback.at(Math.floor(fallback.length / 2))!.url}
          srcSet={srcSetOf(fallback)}
          sizes={sizes}
          alt={media.alt}
          width={media.width ?? undefined}
          height={media.height ?? undefined}
          loading={isUrgent ? 'eager' : 'lazy'}
          decoding="async"
        />
      )}
    </picture>
  );
});

type Variant = Media['variants'][number];
const srcSetOf = (variants: readonly Variant[]): string =>
  variants.map(({ url, width }) => `${url} ${width}w`).join(', ');

function groupByFormat(variants: readonly Variant[]) {
  return formatOrder
    .map((format) => ({ format, variants: variants.filter((variant) => variant.format === format) }))
    .filter((group) => group.variants.length > 0);
}

const decoded = new Map<string, string>();
const decodedMax = 500;

/** A few dozen pixels that stand for the picture. */
export function usePlaceholder(hash: string | null): string | undefined {
  return useMemo(() => {
    if (!hash) return undefined;
    const known = decoded.get(hash);
    if (known) return known;
    try {
      const made = thumbHashToDataURL(Uint8Array.from(atob(hash), (each) => each.charCodeAt(0)));
      if (decoded.size >= decodedMax) decoded.clear();
      decoded.set(hash, made);
      return made;
    } catch {
      return undefined;
    }
  }, [hash]);
}
