import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';

interface FileEvent {
  userId: Id;
  event: 'change';
  data: { ownerId: Id };
}

/** What hints of this feature mean to open streams: that it is time to ask for changes, or what is shared. */
export const fileEvents: Readonly<Record<string, (entry: LogEntry) => FileEvent[]>> = {
  'files.changed': ({ data }) => {
    const { driveId, userIds } = data as { driveId: Id; userIds: string };
    return userIds.split(' ').map((userId) => ({ userId, event: 'change', data: { ownerId: driveId } }));
  },
  'share.changed': ({ data }) => {
    const { driveId, userId } = data as { driveId: Id; userId: Id };
    return [{ userId, event: 'change', data: { ownerId: driveId } }];
  },
};
