/**
 * `npm run torture`: crashes a real server and cuts its power under writes, and checks after each that nothing
 * acknowledged is missing, nothing is there twice and every count is right; then hurts its disk.
 *
 *     npm run torture -- --kills 200 --cuts 200 --seed 1
 *     npm run torture -- --media              the same while photos and videos are sent and prepared
 *     npm run torture -- --files              the same while files are put, changed, moved and collected
 *
 * Ends with 0 when every promise held, 1 at the first broken one (the folders are kept and named), 2 where power cuts
 * cannot be simulated on this machine and the rest went well.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runFilesTorture } from './files-torture.ts';
import { runMediaTorture } from './media-torture.ts';
import { runTorture } from './torture.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    cuts: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    /** Makes every sync a lie: the run must then fail. */
    'lying-disk': { type: 'boolean', default: false },
    media: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
    'without-hurt-disk': { type: 'boolean', default: false },
  },
});

const common = {
  kills: Number(values.kills),
  cuts: Number(values.cuts),
  seed: Number(values.seed),
  say: (line: string) => console.log(line),
};
process.exitCode = values.files
  ? await runFilesTorture(common)
  : values.media
    ? await runMediaTorture(common)
    : await runTorture({
        ...common,
        diskLies: values['lying-disk'],
        hurtsDisk: !values['without-hurt-disk'],
      });
