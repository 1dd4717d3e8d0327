import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundaryViolations } from './boundaries.ts';
import { readSources } from './sources.ts';

const plant = (path: string, ...targets: string[]) => [
  { path, text: targets.map((target) => `import { x } from '${target}';`).join('\n') },
];

describe('boundaries', () => {
  it('hold in this tree', () => {
    assert.deepEqual(boundaryViolations(readSources()), []);
  });

  const forbidden: [string, string, RegExp][] = [
    ['src/lib/ids.ts', '../ports/clock/clock.ts', /pure helpers/],
    ['src/ports/log/log.ts', '../../features/posts/index.ts', /a port says/],
    ['src/features/posts/create-post.ts', '../../adapters/sqlite/store.ts', /never engines/],
    ['src/features/posts/create-post.ts', '../../http/route.ts', /only its http\.ts/],
    ['src/features/posts/http.ts', '../feed/index.ts', /comes after posts/],
    ['src/features/feed/http.ts', '../posts/tables.ts', /index\.ts exports/],
    ['src/features/cooking/cook.ts', '../posts/index.ts', /no place in the order/],
    ['src/http/server.ts', '../features/posts/index.ts', /knows no feature/],
    ['src/adapters/sqlite/store.ts', '../../config/config.ts', /serves its port/],
    ['src/roles/api.ts', '../adapters/sqlite/store.ts', /only main binds/],
    ['src/roles/api.ts', '../../tools/sources.ts', /lies in src/],
    ['src/kitchen/stove.ts', '../lib/ids.ts', /no declared part/],
    ['web/src/parts/avatar.tsx', '../pages/home.tsx', /built on parts/],
    ['web/src/api/client.ts', '../../../src/lib/ids.ts', /only its client/],
  ];
  for (const [path, target, why] of forbidden) {
    it(`forbid ${path} to import ${target}`, () => {
      const found = boundaryViolations(plant(path, target));
      assert.equal(found.length, 1);
      assert.match(found[0]!, why);
    });
  }

  it('see imports of every form', () => {
    const path = 'src/lib/ids.ts';
    const texts = [
      "import {\n  a,\n  type B,\n} from '../http/route.ts';",
      "export * from '../http/route.ts';",
      "export type { A } from '../http/route.ts';",
      "import '../http/route.ts';",
      "const a = await import('../http/route.ts');",
      "new Worker(new URL('../http/route.ts', import.meta.url));",
    ];
    for (const text of texts) assert.equal(boundaryViolations([{ path, text }]).length, 1, text);
    assert.equal(boundaryViolations([{ path, text: "// import '../http/route.ts';" }]).length, 0);
  });

  it('allow what the order allows', () => {
    assert.deepEqual(
      boundaryViolations(plant('src/features/feed/http.ts', '../posts/index.ts', '../../http/route.ts')),
      [],
    );
    assert.deepEqual(boundaryViolations(plant('src/main.ts', './adapters/sqlite/store.ts')), []);
    assert.deepEqual(
      boundaryViolations(plant('src/features/feed/feed.test.ts', '../../adapters/sqlite/store.ts')),
      [],
    );
  });
});
