import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, parseIf, tokensIn } from './if-header.ts';

test('DAV-7: the If header is read as the standard has it', () => {
  assert.deepEqual(parseIf('(<urn:a> ["x"]) (Not <urn:b>)'), [
    {
      resource: undefined,
      conditions: [
        { isNot: false, token: 'urn:a' },
        { isNot: false, etag: '"x"' },
      ],
    },
    { resource: undefined, conditions: [{ isNot: true, token: 'urn:b' }] },
  ]);
  const tagged = parseIf('<http://h/dav/a>(<urn:a>)(["y"]) </dav/b> (Not["z"] not <urn:c>)');
  assert.deepEqual(
    tagged.map(({ resource }) => resource),
    ['http://h/dav/a', 'http://h/dav/a', '/dav/b'],
  );
  assert.deepEqual(tokensIn(tagged), ['urn:a', 'urn:c']);
  assert.deepEqual(parseIf('([W/"w"])')[0]!.conditions, [{ isNot: false, etag: 'W/"w"' }]);
});

test('DAV-7: an If header that cannot be read is refused', () => {
  const broken = ['', ' ', '()', '(', '(<a', '(<a>', '<a>', '(a)', '(["x)', '("x")', '(Not)', 'x (<a>)'];
  broken.push('(<a>) <b> (<c>)', '(<a>) rubbish', '(<a b>)', '('.repeat(5000), '(<a>)'.repeat(65));
  broken.push(`(${'<a>'.repeat(129)})`);
  for (const header of broken) assert.throws(() => parseIf(header), { status: 400 }, header.slice(0, 40));
});

test('DAV-7: a list holds when all of it does', () => {
  const state = { etag: '"1"', tokens: ['urn:a'] };
  const cases: [string, boolean][] = [
    ['(<urn:a>)', true],
    ['(<urn:b>)', false],
    ['(["1"] <urn:a>)', true],
    ['(["2"] <urn:a>)', false],
    ['(Not <DAV:no-lock>)', true],
    ['(Not <urn:a>)', false],
    ['(Not ["2"])', true],
    ['([W/"1"])', false],
  ];
  for (const [header, expected] of cases) assert.equal(holds(parseIf(header)[0]!, state), expected, header);
  assert.equal(holds(parseIf('(["1"])')[0]!, { etag: undefined, tokens: [] }), false);
});
