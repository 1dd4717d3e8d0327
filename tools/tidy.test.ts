import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSources } from './sources.ts';
import { tidyViolations } from './tidy.ts';

const user = (target: string) => ({ path: 'src/main.ts', text: `import '${target}';` });

describe('tidiness', () => {
  it('holds in this tree', () => {
    assert.deepEqual(tidyViolations(readSources()), []);
  });

  const planted: [string, string, RegExp][] = [
    ['src/lib/a.ts', 'const t = Date.now();', /a\.ts:1: time and chance/],
    ['src/lib/a.ts', '\nconst r = Math.random();', /a\.ts:2: time and chance/],
    ['src/lib/a.ts', 'const t = new Date();', /time and chance/],
    ['src/lib/a.ts', 'const t = performance.now();', /time and chance/],
    ['src/http/a.ts', 'const p = process.env.PORT;', /settings are read/],
    ['src/features/posts/a.ts', "import { DatabaseSync } from 'node:sqlite';", /engines are spoken to/],
    ['src/lib/a.ts', 'export default 5;', /named/],
    ['src/lib/a.ts', '\n'.repeat(401), /402 lines/],
    ['src/lib/createThing.ts', '', /kebab-case/],
    ['src/lib/utils.ts', '', /name the file/],
  ];
  for (const [path, text, why] of planted) {
    it(`finds ${JSON.stringify(text.slice(0, 50))} in ${path}`, () => {
      const found = tidyViolations([{ path, text }, user(`./${path.slice(4)}`)]);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0]!, why);
    });
  }

  it('finds tests that do not run', () => {
    for (const text of ['it.on@ly(', 'describe.sk@ip(', "test('x', { sk@ip: true }, "].map((text) =>
      text.replace('@', ''),
    )) {
      assert.equal(tidyViolations([{ path: 'src/lib/a.test.ts', text }]).length, 1, text);
    }
  });

  it('finds files that only their own test imports', () => {
    const file = { path: 'src/lib/a.ts', text: '' };
    const test = { path: 'src/lib/a.test.ts', text: "import './a.ts';" };
    assert.match(tidyViolations([file, test]).join(), /nothing but its own test/);
    assert.deepEqual(tidyViolations([file, test, user('./lib/a.ts')]), []);
  });

  it('leaves comments, clocks, settings and adapters alone', () => {
    const sources = [
      { path: 'src/lib/a.ts', text: '// not Date.now\n/* nor\n Math.random */' },
      { path: 'src/ports/clock/clock.ts', text: 'Date.now()' },
      { path: 'src/config/config.ts', text: 'process.env' },
      { path: 'src/adapters/sqlite/store.ts', text: "import 'node:sqlite';" },
    ];
    const main = sources.map(({ path }) => `import './${path.slice(4)}';`).join('\n');
    assert.deepEqual(tidyViolations([...sources, { path: 'src/main.ts', text: main }]), []);
  });
});
