export type DataKind = 'text' | 'media' | 'unknown';

const textTypes = /^(text(\/[\w.+-]+)?|txt|plain|md|markdown)$/;
const mediaTypes =
  /^((image|video)(\/[\w.+-]+)?|photo|png|jpe?g|gif|webp|avif|hei[cf]|bmp|svg|tiff?|mp4|m4v|mov|webm|mkv|avi|3gp|ogv)$/;

/** What a `dataType` such as `text`, `image/png` or `.png` stands for. */
export function dataKindOf(dataType: string): DataKind {
  const type = dataType.trim().toLowerCase().replace(/^\./, '');
  if (textTypes.test(type)) return 'text';
  return mediaTypes.test(type) ? 'media' : 'unknown';
}
