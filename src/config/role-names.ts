/** What a process can be told to run. */
export const roleNames = ['api', 'feed-generator', 'search-indexer', 'notifier', 'janitor'] as const;
export type RoleName = (typeof roleNames)[number];
