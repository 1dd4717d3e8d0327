/** What is done to files at once, and said, with a way back where there is one. */
import type { FileNode } from '../../../../sdk/schema.ts';
import { api, KithError, problemText } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { me } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';

export async function putIntoTrash({ id, name, versionId, ownerId }: FileNode): Promise<void> {
  const query = versionId === null ? {} : { baseVersionId: versionId };
  try {
    await api.delete('/v1/files/{id}', { path: { id }, query });
    // What lies in somebody else's trash only they can take out.
    const undo = { words: t('do.undo'), act: () => void putBack({ id, name }) };
    say(t('files.deleted', { name }), ownerId === me()?.id ? undo : undefined);
  } catch (error) {
    sayStale(error);
  }
  refreshFiles();
}

export async function putBack({ id, name }: { id: string; name: string }): Promise<void> {
  try {
    const node = await api.post('/v1/trash/{id}/restore', { path: { id } });
    say(t('files.restored', { name: node.name || name }));
  } catch (error) {
    sayProblem(error);
  }
  refreshFiles();
}

export async function leaveShared({ id, name }: FileNode): Promise<void> {
  const userId = me()?.id;
  if (userId === undefined) return;
  try {
    await api.delete('/v1/files/{id}/shares/{shareId}', { path: { id, shareId: userId } });
    say(t('files.left', { name }));
  } catch (error) {
    sayProblem(error);
  }
  refreshFiles();
}

/** Of what was changed by somebody else meanwhile: what is there now is fetched, and nothing was overwritten. */
export function sayStale(error: unknown): void {
  if (error instanceof KithError && error.status === 409) say(t('files.stale'));
  else sayProblem(error);
}

/** For dialogs that ask for a name. */
export function nameProblem(error: unknown, name: string): string {
  if (error instanceof KithError && error.status === 409) return t('files.nameTaken', { name });
  return problemText(error);
}
