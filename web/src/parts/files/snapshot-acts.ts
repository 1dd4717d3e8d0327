import { api, freshKey } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import type { PastMoment } from './file-queries.ts';

const nameMax = 200;

export async function makeSnapshot(name: string): Promise<string> {
  const body = name.trim() ? { name: name.trim() } : {};
  const { id } = await api.post('/v1/snapshots', { body, idempotencyKey: freshKey() });
  refreshFiles();
  return id;
}

export async function removeSnapshot(id: string): Promise<void> {
  try {
    await api.delete('/v1/snapshots/{id}', { path: { id } });
    say(t('snap.removed'));
  } catch (error) {
    sayProblem(error);
  }
  refreshFiles();
}

/** Goes back, with a snapshot of how it was before: so nothing is lost, and “Undo” is going back to that one. */
export async function goBack(moment: PastMoment, path: string): Promise<void> {
  const name = path === '' ? t('snap.everything') : path.slice(path.lastIndexOf('/') + 1);
  try {
    const before = await makeSnapshot(t('snap.before', { name }).slice(0, nameMax));
    await restore(moment, path);
    say(t('snap.restored', { name }), {
      words: t('do.undo'),
      act: () => void undo(before, path),
    });
  } catch (error) {
    sayProblem(error);
  }
  refreshFiles();
}

async function undo(snapshotId: string, path: string): Promise<void> {
  try {
    await restore({ snapshotId }, path);
    await api.delete('/v1/snapshots/{id}', { path: { id: snapshotId } });
  } catch (error) {
    sayProblem(error);
  }
  refreshFiles();
}

function restore(moment: PastMoment, path: string): Promise<unknown> {
  const body = { path: `/${path}` };
  if ('at' in moment) return api.post('/v1/files/restore', { body: { ...body, at: moment.at } });
  return api.post('/v1/snapshots/{id}/restore', { path: { id: moment.snapshotId }, body });
}
