/** Where the picture lies behind a square frame. */
export interface Crop {
  /** Of its top left corner from the frame's, in pixels of the screen; never positive. */
  x: number;
  y: number;
  /** 1: its shorter side fills the frame. */
  zoom: number;
}

export const framePx = 256;
const savedPx = 1024;
const quality = 0.92;

interface Size {
  naturalWidth: number;
  naturalHeight: number;
}

const scaleOf = ({ naturalWidth, naturalHeight }: Size, zoom: number): number =>
  (framePx / Math.min(naturalWidth, naturalHeight)) * zoom;

/** The frame is always filled. */
export function fitted({ x, y, zoom }: Crop, image: Size): Crop {
  const scale = scaleOf(image, zoom);
  const within = (at: number, length: number) => Math.min(0, Math.max(framePx - length * scale, at));
  return { x: within(x, image.naturalWidth), y: within(y, image.naturalHeight), zoom };
}

export async function cropToFile(image: HTMLImageElement, { x, y, zoom }: Crop): Promise<File> {
  const scale = scaleOf(image, zoom);
  const side = framePx / scale;
  const size = Math.min(savedPx, Math.round(side));
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  canvas.getContext('2d')!.drawImage(image, -x / scale, -y / scale, side, side, 0, 0, size, size);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  if (!blob) throw new Error('The picture could not be read.');
  return new File([blob], 'picture.jpg', { type: 'image/jpeg' });
}
