/** What a source brings, until it is stopped: then it fails with the signal's reason, even while the source is silent. */
export async function* untilStopped(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  // Of the one piece that is waited for: a promise for the whole time would keep something of every piece.
  let stop: (error: unknown) => void = () => undefined;
  const listen = () => stop(signal.reason);
  signal.addEventListener('abort', listen);
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        stop = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', listen);
    // A source that is silent may not answer for long.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
