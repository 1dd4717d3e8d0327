import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A small project with the launcher in it, and an npm that only writes down that it was asked. */
function project({ npm = "require('node:fs').mkdirSync('node_modules', { recursive: true });" } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'kith-run-'));
  folders.push(root);
  mkdirSync(join(root, 'tools'));
  for (const file of ['run.mjs', 'end-with-parent.mjs'])
    cpSync(join(import.meta.dirname, file), join(root, 'tools', file));
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}');
  writeFileSync(
    join(root, 'npm.js'),
    `require('node:fs').appendFileSync('asked', process.argv[2] + '\\n');${npm}`,
  );
  const env = { ...process.env, npm_execpath: join(root, 'npm.js') };
  const args = (script: string) => [join(root, 'tools/run.mjs'), script];
  return {
    root,
    script: (name: string, text: string) => writeFileSync(join(root, name), text),
    run: (name: string) => spawnSync(process.execPath, args(name), { cwd: root, env, encoding: 'utf8' }),
    start: (name: string) =>
      spawn(process.execPath, args(name), { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    asked: () =>
      existsSync(join(root, 'asked')) ? readFileSync(join(root, 'asked'), 'utf8').split('\n').length - 1 : 0,
  };
}

describe('the launcher', () => {
  it('installs once, again when the lockfile changes, and gives the exit code through', () => {
    const { root, script, run, asked } = project();
    script('script.ts', 'const code: number = 7; console.log(process.argv.length); process.exit(code);');
    const first = run('script.ts');
    assert.equal(first.status, 7, first.stderr);
    assert.equal(first.stdout, '2\n');
    assert.equal(run('script.ts').stderr, '');
    assert.equal(asked(), 1);
    writeFileSync(
      join(root, 'package-lock.json'),
      '{"packages":{"":{},"node_modules/a":{"version":"1.0.1"}}}',
    );
    run('script.ts');
    assert.equal(asked(), 2);
  });

  it('installs once when two start at the same moment', async () => {
    const { script, start, asked } = project();
    script('script.ts', '');
    const codes = await Promise.all(
      [start('script.ts'), start('script.ts')].map((child) => once(child, 'exit')),
    );
    assert.deepEqual(
      codes.map(([code]) => code),
      [0, 0],
    );
    assert.equal(asked(), 1);
  });

  it('takes what was installed by hand, and only if it is what the lockfile asks for', () => {
    for (const [version, times] of [
      ['1.0.0', 0],
      ['0.9.0', 1],
    ] as const) {
      const { root, script, run, asked } = project();
      script('script.ts', '');
      mkdirSync(join(root, 'node_modules'));
      const found = { packages: { 'node_modules/a': { version } } };
      writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(found));
      assert.equal(run('script.ts').status, 0);
      assert.equal(asked(), times, version);
    }
  });

  it('says that the network is missing', () => {
    const { root, script, run } = project({
      npm: "console.error('npm error code ENOTFOUND'); process.exit(1);",
    });
    script('script.ts', '');
    const done = run('script.ts');
    assert.equal(done.status, 1);
    assert.match(done.stderr, /first start needs a network connection/);
    assert.equal(existsSync(join(root, '.installing')), false);
  });

  it('passes SIGTERM on and ends as the script does', async () => {
    const { script, start } = project();
    script(
      'script.ts',
      "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1e6); console.log('up');",
    );
    const child = start('script.ts');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [5, null]);
  });

  it('takes the script with it when it is killed', { timeout: 60_000 }, async () => {
    const { script, start } = project();
    script('script.ts', 'setInterval(() => {}, 1e6); console.log(1);');
    const child = start('script.ts');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    // The script's end of the pipe closes when it ends.
    await once(child.stdout, 'close');
  });

  it('stamps what it installed by the lockfile and the kind of machine', () => {
    const { root, script, run } = project();
    script('script.ts', '');
    run('script.ts');
    const lockfile = readFileSync(join(root, 'package-lock.json'));
    const stamp = createHash('sha256')
      .update(lockfile)
      .update(`${process.platform} ${process.arch}`)
      .digest('hex');
    assert.equal(readFileSync(join(root, 'node_modules/.kith-installed'), 'utf8'), stamp);
  });
});
