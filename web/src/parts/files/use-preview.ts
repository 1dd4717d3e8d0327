import { useEffect, useState } from 'react';

/** How long to wait before asking again, once after the other. */
const waitsMs = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];

/** `asking`: the picture may be there; `waiting`: it is being made. */
type PreviewState = 'asking' | 'waiting' | 'there' | 'none';

/** A preview by its address. The server makes it when somebody first asks, and says so instead of sending it. */
export function usePreview(url: string) {
  const [state, setState] = useState<PreviewState>('asking');
  useEffect(() => {
    if (state !== 'waiting') return;
    const abort = new AbortController();
    void untilMade(url, abort.signal).then((isMade) => {
      if (!abort.signal.aborted) setState(isMade ? 'there' : 'none');
    });
    return () => abort.abort();
  }, [url, state]);
  return {
    state,
    onLoad: () => setState('there'),
    /** What came instead of a picture is looked at once. */
    onError: () => setState((before) => (before === 'asking' ? 'waiting' : 'none')),
  };
}

async function untilMade(url: string, signal: AbortSignal): Promise<boolean> {
  for (const waitMs of waitsMs) {
    try {
      const { status } = await fetch(url, { signal });
      if (status !== 202) return status === 200;
    } catch {
      if (signal.aborted) return false;
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (signal.aborted) return false;
  }
  return false;
}
