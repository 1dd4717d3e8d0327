/** Imported by a process of the program before the program itself: `node --import plant-bug.ts?NAME`. */
import { registerHooks } from 'node:module';
import { plantedBugs } from './planted-bugs.ts';

const name = new URL(import.meta.url).search.slice(1);
const edits = plantedBugs[name];
if (!edits) throw new TypeError(`there is no bug ${name} to plant`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = edits.filter(({ file }) => url.endsWith(`/${file}`));
    if (here.length === 0) return loaded;
    const source = here.reduce((text, { file, from, to }) => {
      if (!text.includes(from)) throw new Error(`${file} has no “${from}” for the bug ${name}`);
      return text.replace(from, to);
    }, String(loaded.source));
    return { ...loaded, source };
  },
});
