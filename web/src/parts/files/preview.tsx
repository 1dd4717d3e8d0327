import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { t } from '../../i18n/translate.ts';
import { Loading } from '../notices.tsx';
import { isShownByBrowsers, previewKindOf } from './file-kinds.ts';
import { contentUrl, previewUrl } from './file-queries.ts';
import { usePreview } from './use-preview.ts';

interface PreviewProps {
  id: string;
  name: string;
  sizeBytes: number;
  versionId: string | null;
  /** Where its bytes are, should they not be found by its id any more. */
  pastUrl?: string | undefined;
}

const imageBytesMax = 60e6;
const pdfBytesMax = 100e6;
const textBytesMax = 200_000;

/** Shows what the browser can show without running anything in it; says so of the rest. */
export function Preview(file: PreviewProps) {
  const { id, name, sizeBytes, versionId, pastUrl } = file;
  const [isBroken, setIsBroken] = useState(false);
  const kind = previewKindOf(name);
  const url = pastUrl ?? contentUrl(id, versionId);
  const label = t('files.preview', { name });
  if (isBroken) return <Words of="files.previewFailed" />;
  const onError = () => setIsBroken(true);
  if (kind === 'image') {
    if (!pastUrl && versionId)
      return (
        <MadePicture key={versionId} file={file} url={previewUrl(id, versionId, 'large')} label={label} />
      );
    return <OwnPicture file={file} url={url} label={label} />;
  }
  if (kind === 'video') {
    const poster = pastUrl || !versionId ? undefined : previewUrl(id, versionId, 'large');
    return (
      // biome-ignore lint/a11y/useMediaCaption: what people keep has none.
      <video
        className="preview"
        src={url}
        poster={poster}
        preload="metadata"
        aria-label={label}
        controls
        playsInline
        onError={onError}
      />
    );
  }
  if (kind === 'audio')
    // biome-ignore lint/a11y/useMediaCaption: what people keep has none.
    return <audio className="preview-audio" src={url} aria-label={label} controls onError={onError} />;
  if (kind === 'text') return <TextPreview url={url} sizeBytes={sizeBytes} label={label} />;
  if (kind === 'pdf' && navigator.pdfViewerEnabled) {
    if (sizeBytes > pdfBytesMax) return <Words of="files.tooLargeToShow" />;
    return <PdfPreview url={url} label={label} />;
  }
  return <Words of="files.noPreview" />;
}

interface PictureProps {
  file: PreviewProps;
  url: string;
  label: string;
}

/** As the server made it: quick, and of every kind there is. */
function MadePicture({ file, url, label }: PictureProps) {
  const { state, onLoad, onError } = usePreview(url);
  if (state === 'none')
    return <OwnPicture file={file} url={contentUrl(file.id, file.versionId)} label={label} />;
  if (state === 'waiting') return <Loading />;
  return <img className="preview" src={url} alt={label} onLoad={onLoad} onError={onError} />;
}

/** The file itself. */
function OwnPicture({ file: { name, sizeBytes }, url, label }: PictureProps) {
  const [isBroken, setIsBroken] = useState(false);
  if (isBroken) return <Words of="files.previewFailed" />;
  if (!isShownByBrowsers(name)) return <Words of="files.noPreview" />;
  if (sizeBytes > imageBytesMax) return <Words of="files.tooLargeToShow" />;
  return <img className="preview" src={url} alt={label} onError={() => setIsBroken(true)} />;
}

type NoPreview = 'files.noPreview' | 'files.previewFailed' | 'files.tooLargeToShow';
const Words = ({ of }: { of: NoPreview }) => <p className="preview-words faint">{t(of)}</p>;

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const headers = { range: `bytes=0-${textBytesMax - 1}` };
  const response = await fetch(url, { headers, signal });
  if (response.status === 416) return '';
  if (!response.ok) throw new Error('not here');
  return new TextDecoder().decode(await response.arrayBuffer());
}

function TextPreview({ url, sizeBytes, label }: { url: string; sizeBytes: number; label: string }) {
  const text = useQuery({ queryKey: ['file-text', url], queryFn: ({ signal }) => fetchText(url, signal) });
  if (text.isPending) return <Loading />;
  if (text.isError) return <Words of="files.previewFailed" />;
  return (
    <>
      <section
        className="preview-text"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        tabIndex={0}
      >
        <pre dir="auto">{text.data}</pre>
      </section>
      {sizeBytes > textBytesMax && <p className="small faint">{t('files.cut')}</p>}
    </>
  );
}

/** As a PDF whatever the server calls it: browsers show it with a program of their own, or not at all. */
function PdfPreview({ url, label }: { url: string; label: string }) {
  const pdf = useQuery({
    queryKey: ['file-pdf', url],
    queryFn: async ({ signal }) => {
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error('not here');
      return new Blob([await response.arrayBuffer()], { type: 'application/pdf' });
    },
    gcTime: 0,
  });
  const [shown, setShown] = useState<string>();
  useEffect(() => {
    if (!pdf.data) return;
    const address = URL.createObjectURL(pdf.data);
    setShown(address);
    return () => URL.revokeObjectURL(address);
  }, [pdf.data]);
  if (pdf.isError) return <Words of="files.previewFailed" />;
  if (!shown) return <Loading />;
  return <iframe className="preview-pdf" src={shown} title={label} />;
}
