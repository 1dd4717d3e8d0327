import { listLimitDefault } from '../../http/route.ts';

/** What `listQuery` of a request comes to. */
export const pageOf = ({ limit = listLimitDefault, cursor }: { limit?: number; cursor?: string }) => ({
  limit,
  cursor,
});
