import type { InfiniteData } from '@tanstack/react-query';
import type { User } from '../../../sdk/schema.ts';
import type { Page } from './posts-cache.ts';
import { queryClient } from './query-client.ts';

/** Changes somebody wherever they stand: their profile, lists of people, searches. */
export function changeUser(id: string, change: (user: User) => User): void {
  const inPages = (data: InfiniteData<Page<User>> | undefined) =>
    data && {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        items: page.items.map((user) => (user.id === id ? change(user) : user)),
      })),
    };
  queryClient.setQueriesData<User>({ queryKey: ['user'] }, (user) => (user?.id === id ? change(user) : user));
  queryClient.setQueriesData({ queryKey: ['people'] }, inPages);
  queryClient.setQueriesData({ queryKey: ['search', 'people'] }, inPages);
}
