/** The dashboard and the operator's guide name metrics; each must be one that a process tells. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { isTest, readSources } from './sources.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every `kith_…` that the program gives a name to. */
function ownMetrics(): Set<string> {
  const names = new Set<string>();
  for (const { path, text } of readSources(root)) {
    if (!path.startsWith('src/') || isTest(path)) continue;
    for (const [, name] of text.matchAll(/(?:gauge|histogram)\(\s*'(kith_\w+)'|name: '(kith_\w+)',\s*help:/g))
      if (name) names.add(name);
    for (const [, name] of text.matchAll(/name: '(kith_\w+)',\s*help:/g)) names.add(name!);
  }
  return names;
}

function defaultMetrics(): Set<string> {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return new Set(register.getMetricsAsArray().map(({ name }) => name));
}

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
const dashboard = JSON.parse(read('deploy/grafana/kith.json')) as { panels: Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);
const withoutPart = (name: string) =>
  /_duration_seconds_(bucket|sum|count)$/.test(name) ? name.replace(/_(bucket|sum|count)$/, '') : name;
const namesIn = (text: string) =>
  [...text.matchAll(/\b(?:kith|process|nodejs)_\w+/g)].map(([name]) => withoutPart(name));

describe('metrics', () => {
  const known = new Set([...ownMetrics(), ...defaultMetrics()]);

  it('of the dashboard exist, and every query asks for some', () => {
    assert.ok(queries.length > 30);
    for (const { title, expr } of queries) {
      const names = namesIn(expr);
      assert.ok(names.length > 0, title);
      for (const name of names) assert.ok(known.has(name), `${title}: nothing tells ${name}`);
    }
  });

  it('of the program are each on the dashboard', () => {
    const shown = new Set(queries.flatMap(({ expr }) => namesIn(expr)));
    const unshown = [...ownMetrics()].filter((name) => !shown.has(name) && name !== 'kith_build_info');
    assert.deepEqual(unshown, []);
  });

  it('are explained in docs/operating.md, each once, and no others are', () => {
    const explained = [...read('docs/operating.md').matchAll(/^\| `(kith_\w+)`/gm)].map(([, name]) => name!);
    assert.deepEqual(explained.toSorted(), [...ownMetrics()].toSorted());
  });
});

describe('settings', () => {
  it('are explained in docs/operating.md, each once, and no others are', () => {
    const named = [...read('src/config/settings.ts').matchAll(/variable: '(KITH_\w+)'/g)].map(
      ([, name]) => name!,
    );
    const explained = [...read('docs/operating.md').matchAll(/^\| `(KITH_\w+)`/gm)].map(([, name]) => name!);
    assert.deepEqual(explained.toSorted(), [...named, 'KITH_CONFIG'].toSorted());
  });

  it('are each used by something', () => {
    const program = readSources(root)
      .filter(
        ({ path }) => /^(src|cli)\//.test(path) && !path.startsWith('src/config/settings') && !isTest(path),
      )
      .map(({ text }) => text)
      .join('\n');
    const names = [...read('src/config/settings.ts').matchAll(/^ {2}(\w+): \{\s*variable:/gm)];
    assert.ok(names.length > 30);
    for (const [, name] of names) assert.match(program, new RegExp(`\\b${name}\\b`), `nothing reads ${name}`);
  });
});
