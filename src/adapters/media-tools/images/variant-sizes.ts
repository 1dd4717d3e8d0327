export interface Size {
  width: number;
  height: number;
}

/** WebP holds no more in either direction. */
const sideMax = 16_383;

/** What each wanted width gives, smallest first: never larger than the original, and no size twice. */
export function variantSizes(original: Size, widths: readonly number[]): Size[] {
  const sizes = new Map<string, Size>();
  for (const width of widths.toSorted((a, b) => a - b)) {
    const scale = Math.min(1, width / original.width, sideMax / original.width, sideMax / original.height);
    const size = {
      width: Math.max(1, Math.round(original.width * scale)),
      height: Math.max(1, Math.round(original.height * scale)),
    };
    sizes.set(`${size.width}x${size.height}`, size);
  }
  return [...sizes.values()];
}
