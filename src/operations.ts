/** Binds the operator's commands to an opened installation. */
import { writeBackup } from './backup.ts';
import { type Kith, publicUrlOf } from './main.ts';
import type { CommandDeps } from './roles/control/commands.ts';
import { recount } from './roles/recount.ts';

export function commandDeps({ features, store, settings, ports }: Kith): CommandDeps {
  return {
    accounts: features.accounts,
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
    backup: (folder) =>
      writeBackup(
        {
          folder: settings.data,
          layout: store.schemaVersion,
          nowMs: ports.clock.nowMs(),
          copyDatabase: (file) => store.backup(file),
        },
        folder,
      ),
    integrity: () => store.integrity(),
  };
}
