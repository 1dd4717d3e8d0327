// Runs a script of the project on a Node that is new enough, after installing what is missing.
// Plain JavaScript, because it must work on Node 20 before anything is installed:
//
//     node tools/run.mjs SCRIPT.ts [ARGUMENTS…]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.kith-installed');
const lockFolder = join(root, '.installing');
const nodeMajorMin = 26;
const installWaitMsMax = 10 * 60_000;
const waitStepMs = 200;
/** Whoever installs touches the lock all the time; one left alone this long was abandoned. */
const lockStaleMs = 20_000;
const lockTouchEveryMs = 5_000;

/** What was installed, if this is what the lockfile asks for now on this kind of machine. */
const lockfile = readFileSync(join(root, 'package-lock.json'));
const wanted = createHash('sha256')
  .update(lockfile)
  .update(`${process.platform} ${process.arch}`)
  .digest('hex');
const isInstalled = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;

/** Somebody may have run `npm ci` by hand: then npm's own account of what is there says so. */
function isInstalledByHand() {
  try {
    const asked = JSON.parse(lockfile.toString()).packages;
    const found = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(asked).every(([path, { version, integrity, optional, os, cpu, libc }]) => {
      if (path === '') return true;
      const isForHere = (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
      // Of those for one C library, npm has taken the right one.
      if (!found[path]) return optional === true && (!(os && cpu && isForHere) || libc !== undefined);
      return found[path].version === version && found[path].integrity === integrity;
    });
  } catch {
    return false;
  }
}

async function install() {
  const startedAtMs = Date.now();
  while (!takeLock()) {
    if (Date.now() - startedAtMs > installWaitMsMax) fail('Another installation does not come to an end.');
    await new Promise((resolve) => setTimeout(resolve, waitStepMs));
    if (isInstalled()) return;
  }
  const touching = setInterval(() => utimesSync(lockFolder, new Date(), new Date()), lockTouchEveryMs);
  process.on('exit', freeLock);
  try {
    if (isInstalled()) return;
    if (!isInstalledByHand()) await runNpm();
    writeFileSync(stampFile, wanted);
  } finally {
    clearInterval(touching);
    freeLock();
    process.off('exit', freeLock);
  }
}

const freeLock = () => rmSync(lockFolder, { recursive: true, force: true });

function takeLock() {
  try {
    mkdirSync(lockFolder);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`Kith cannot install into ${root}: ${error.message}`);
  }
  try {
    if (Date.now() - statSync(lockFolder).mtimeMs > lockStaleMs) freeLock();
  } catch {
    // Gone meanwhile: the next round takes it.
  }
  return false;
}

function runNpm() {
  console.error('Installing what Kith needs. This happens once and takes a minute or two…');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // Its talk goes to standard error: standard output is the script's.
  const options = { cwd: root, stdio: ['ignore', 2, 'pipe'] };
  const child = npm?.endsWith('.js')
    ? spawn(process.execPath, [npm, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
    process.stderr.write(text);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`npm did not start: ${error.message}`));
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const isNetwork = /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|network/.test(
        said,
      );
      fail(
        isNetwork
          ? 'The package registry cannot be reached. The first start needs a network connection; later ones do not.'
          : 'The installation did not succeed; npm says why above.',
      );
    });
  });
}

/** This Node if it is new enough, otherwise the one among the dependencies. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) return process.execPath;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const kinds = [`${process.platform}-${process.arch}`, `bin-${process.platform}-${process.arch}`, 'win-x64'];
  const files = kinds.map((kind) => join(modules, `node-${kind}`, 'bin', program));
  const found = files.find((file) => existsSync(file));
  if (found) return found;
  return fail(
    `Kith needs Node ${nodeMajorMin} or newer; this is ${process.version}, and there is none to install for ${process.platform} on ${process.arch}. Get one from https://nodejs.org.`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (!script) fail('usage: node tools/run.mjs SCRIPT [ARGUMENTS…]');
if (!isInstalled()) await install();

// The channel tells the script when this process is gone, even killed: a server must not live on unseen.
const flags = [
  '--disable-warning=ExperimentalWarning',
  `--import=${new URL('./end-with-parent.mjs', import.meta.url)}`,
];
const child = spawn(findNode(), [...flags, join(root, script), ...args], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  // What was compiled is kept, which takes a third off every start; it may be deleted at any time.
  env: { NODE_COMPILE_CACHE: join(modules, '.cache', 'compiled'), ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // Ctrl-C in a terminal reaches the script by itself; twice would mean twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('error', (error) => fail(`Node did not start: ${error.message}`));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(each);
  process.kill(process.pid, signal);
});
