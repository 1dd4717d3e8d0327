import { QueryClient } from '@tanstack/react-query';
import { KithError } from './client.ts';

const retriesMax = 2;
const staleMs = 30_000;

/** What was refused is refused again; what could not be reached is worth another try. */
const isWorthRetrying = (failures: number, error: unknown): boolean =>
  failures < retriesMax && error instanceof KithError && (error.status >= 500 || error.code === 'offline');

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: isWorthRetrying,
      staleTime: staleMs,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
