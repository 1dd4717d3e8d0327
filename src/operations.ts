/** Binds the operator's commands to an opened installation. */
import { writeBackup } from './backup.ts';
import type { Engines, FolderStore } from './engines/engines.ts';
import { type Kith, publicUrlOf } from './main.ts';
import type { CommandDeps } from './roles/control/commands.ts';
import { recount } from './roles/recount.ts';

export function commandDeps({ features, engines, settings, ports }: Kith): CommandDeps {
  return {
    accounts: features.accounts,
    contents: features.contents,
    media: features.media,
    publicUrl: publicUrlOf(settings),
    rebuild: {
      async feeds() {
        await features.feed.rebuild();
        return 'Feeds are made anew as they are read.';
      },
      async search() {
        await features.search.rebuild();
        return 'The search index is made anew.';
      },
      counters: (progress) => recount(ports.records, progress),
    },
    async backup(folder) {
      const store = folderOf(engines);
      return writeBackup(
        {
          folder: settings.data,
          layout: store.schemaVersion,
          nowMs: ports.clock.nowMs(),
          copyDatabase: (file) => store.backup(file),
        },
        folder,
      );
    },
    integrity: async () => folderOf(engines).integrity(),
  };
}

function folderOf({ folder }: Engines): FolderStore {
  if (folder) return folder;
  throw new Error('On the cluster profile each engine has tools of its own for this: see docs/operating.md.');
}
