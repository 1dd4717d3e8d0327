import { Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Media } from '../../../sdk/schema.ts';
import { t } from '../i18n/translate.ts';
import { autoplay } from '../state/preferences.ts';
import { useStore } from '../state/store.ts';
import { usePlaceholder } from './picture.tsx';

const nativeType = 'application/vnd.apple.mpegurl';

/** The poster until somebody wants to see it; the library that plays it comes only then. */
export function VideoPlayer({ media }: { media: Media }) {
  const mayPlay = useStore(autoplay);
  const [wish, setWish] = useState<'none' | 'quiet' | 'asked'>('none');
  const [isBroken, setIsBroken] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const blurred = usePlaceholder(media.placeholder);
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;

  useEffect(() => {
    const element = frame.current;
    if (!element || !mayPlay || isCalm) return;
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setWish((before) => (before === 'none' ? 'quiet' : before));
        else video.current?.pause();
      },
      { threshold: 0.6 },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [mayPlay, isCalm]);

  useEffect(() => {
    const element = video.current;
    if (wish === 'none' || !element || !media.playlistUrl) return;
    return attach(element, media.playlistUrl, () => setIsBroken(true));
  }, [wish, media.playlistUrl]);

  return (
    <div ref={frame} className="video" style={blurred ? { backgroundImage: `url(${blurred})` } : undefined}>
      {wish !== 'none' ? (
        <video
          ref={video}
          controls
          playsInline
          autoPlay
          loop={wish === 'quiet'}
          muted={wish === 'quiet'}
          poster={media.posterUrl}
          aria-label={media.alt || t('media.video')}
        />
      ) : (
        <button type="button" className="video-start" onClick={() => setWish('asked')}>
          {media.posterUrl && <img src={media.posterUrl} alt={media.alt} loading="lazy" decoding="async" />}
          <span className="video-mark">
            <Play size={28} aria-hidden="true" />
            <span className="quiet-words">{t('media.play')}</span>
          </span>
        </button>
      )}
      {isBroken && <p className="video-broken">{t('media.unplayable')}</p>}
    </div>
  );
}

/** Answers what to do when it is no longer shown. */
function attach(video: HTMLVideoElement, address: string, onBroken: () => void): () => void {
  let end = () => {};
  let isGone = false;
  import('hls.js/light')
    .then(({ default: Hls }) => {
      if (isGone) return;
      if (!Hls.isSupported()) {
        if (video.canPlayType(nativeType)) video.src = address;
        else onBroken();
        return;
      }
      const hls = new Hls({ capLevelToPlayerSize: true });
      hls.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && onBroken());
      hls.loadSource(address);
      hls.attachMedia(video);
      end = () => hls.destroy();
    })
    .catch(onBroken);
  return () => {
    isGone = true;
    end();
  };
}
