/** Live delivery between processes: at most once, unordered across channels, nothing kept. */
export interface PubSub {
  publish(channel: string, message: string): void;
  /** Answers the function that ends the subscription. */
  subscribe(channel: string, receive: (message: string) => void): () => void;
}

export function memoryPubSub(): PubSub {
  const channels = new Map<string, Set<(message: string) => void>>();
  return {
    publish(channel, message) {
      for (const receive of channels.get(channel) ?? []) receive(message);
    },
    subscribe(channel, receive) {
      const set = channels.get(channel) ?? new Set();
      channels.set(channel, set.add(receive));
      return () => {
        set.delete(receive);
        if (set.size === 0 && channels.get(channel) === set) channels.delete(channel);
      };
    },
  };
}
