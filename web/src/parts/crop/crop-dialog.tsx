import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { t } from '../../i18n/translate.ts';
import { sayProblem } from '../../state/toasts.ts';
import { mediaOf, sendFile } from '../../state/upload.ts';
import { Dialog } from '../dialog.tsx';
import { type Crop, cropToFile, fitted, framePx } from './crop-image.ts';

const zoomMax = 4;
const keyStepPx = 8;
const askEveryMs = 300;
const preparingMsMax = 60_000;

interface CropDialogProps {
  file: File;
  onClose: () => void;
  onDone: (mediaId: string) => Promise<void>;
}

/** Chooses the round part of a picture that stands for a person. */
export function CropDialog({ file, onClose, onDone }: CropDialogProps) {
  const [image, setImage] = useState<HTMLImageElement | null>(null);
  const [crop, setCrop] = useState<Crop>({ x: 0, y: 0, zoom: 1 });
  const [isBusy, setIsBusy] = useState(false);
  const grip = useRef<{ x: number; y: number } | null>(null);

  useEffect(() => {
    const url = URL.createObjectURL(file);
    const loaded = new Image();
    loaded.src = url;
    loaded.decode().then(
      () => setImage(loaded),
      (error: unknown) => {
        sayProblem(error);
        onClose();
      },
    );
    return () => URL.revokeObjectURL(url);
  }, [file, onClose]);

  const change = (next: Crop) => image && setCrop(fitted(next, image));
  const moveBy = (dx: number, dy: number) => change({ ...crop, x: crop.x + dx, y: crop.y + dy });
  const drag = (event: PointerEvent) => {
    if (!grip.current) return;
    moveBy(event.clientX - grip.current.x, event.clientY - grip.current.y);
    grip.current = { x: event.clientX, y: event.clientY };
  };
  const press = (event: KeyboardEvent) => {
    const [dx, dy] =
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    if (dx === undefined || dy === undefined) return;
    event.preventDefault();
    moveBy(dx * keyStepPx, dy * keyStepPx);
  };
  const save = async () => {
    if (!image) return;
    setIsBusy(true);
    try {
      const mediaId = await sendFile(await cropToFile(image, crop), '', () => {}).done;
      await untilReady(mediaId);
      await onDone(mediaId);
      onClose();
    } catch (error) {
      sayProblem(error);
      setIsBusy(false);
    }
  };
  const size = image && drawnSize(image, crop);
  return (
    <Dialog
      title={t('settings.cropTitle')}
      onClose={onClose}
      footer={
        <button
          type="button"
          className="button primary"
          disabled={isBusy || !image}
          onClick={() => void save()}
        >
          {t(isBusy ? 'media.preparing' : 'do.save')}
        </button>
      }
    >
      {/* biome-ignore lint/a11y/useSemanticElements: no element of HTML moves a picture. */}
      <div
        className="crop"
        role="group"
        aria-label={t('settings.cropHint')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the picture.
        tabIndex={0}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          grip.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          grip.current = null;
        }}
      >
        {image && size && (
          <img
            src={image.src}
            alt=""
            draggable={false}
            style={{ ...size, transform: `translate(${crop.x}px, ${crop.y}px)` }}
          />
        )}
      </div>
      <p className="small faint">{t('settings.cropHint')}</p>
      <label className="field">
        <span>{t('settings.zoom')}</span>
        <input
          type="range"
          min={1}
          max={zoomMax}
          step={0.05}
          value={crop.zoom}
          onChange={(event) => change({ ...crop, zoom: Number(event.target.value) })}
        />
      </label>
    </Dialog>
  );
}

function drawnSize({ naturalWidth, naturalHeight }: HTMLImageElement, { zoom }: Crop) {
  const scale = (framePx / Math.min(naturalWidth, naturalHeight)) * zoom;
  return { width: naturalWidth * scale, height: naturalHeight * scale };
}

/** A picture can become the profile image once it is prepared. */
async function untilReady(mediaId: string): Promise<void> {
  const startedAtMs = Date.now();
  while (Date.now() - startedAtMs < preparingMsMax) {
    const { state, error } = await mediaOf(mediaId);
    if (state === 'ready') return;
    if (state === 'failed') throw new Error(error);
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  throw new Error('The picture could not be prepared in time.');
}
