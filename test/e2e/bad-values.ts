/** Wrong requests made out of right ones, from what the OpenAPI document says about each field. */
import { Compile } from 'typebox/schema';
import '../../src/http/validation.ts';
import type { Route, Schema } from './contract.ts';
import { type Ask, pathOf } from './route-case.ts';

export interface Bad {
  /** What is wrong, for the report. */
  what: string;
  path: string;
  body?: unknown;
  bytes?: Uint8Array | string;
  headers?: Record<string, string>;
}

/** Small, fast and the same every time for a seed. */
export function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const wrongTypes: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  12.5,
  1e300,
  '',
  'nonsense',
  [],
  [[]],
  {},
  { a: 1 },
  ['x', 1],
];
const valuesPerField = 5;
/** Longer than anything that is taken. */
const hugeText = 'x'.repeat(200_000);
const brokenTexts = ['\u0000', 'a\u0007b', '\u009f', '\ud800', 'a\udc00b', '\uffff'];
const badPathParts = [
  '7zzzzzzzzzz',
  '00000000000',
  'nonsense',
  '@',
  '@nobody_at_all',
  '__proto__',
  'constructor',
  "'%20OR%201=1--",
  '..%2f..%2fkith.db',
  '%00',
  '%ff%fe',
  '%ED%A0%80',
  '%F0%9F%92%A9',
  '%zz',
  'x'.repeat(200),
  'x'.repeat(3000),
];
/** A list takes at most a hundred; whatever takes another number says so. */
const badIntegers = ({ maximum = 100 }: Schema) => [
  String(maximum + 1),
  'abc',
  '0',
  '-1',
  '1.5',
  '',
  '1e1',
  '9'.repeat(30),
  '%00',
];

export function badRequests(route: Route, ask: Ask, pick: (below: number) => number): Bad[] {
  const { operation } = route;
  const schema = operation.requestBody?.content['application/json']?.schema;
  return [
    ...badPaths(route, ask),
    ...badQueries(route, ask),
    ...(schema ? [...badFields(route.name, schema, ask, pick), ...badBodies(ask)] : []),
    ...badHeaders(route, ask),
  ].map((bad) => ({ path: pathOf(route.name, ask), ...bad }));
}

type Part = Omit<Bad, 'path'> & { path?: string };

function badPaths({ name }: Route, ask: Ask): Part[] {
  return Object.keys(ask.params ?? {}).flatMap((param) =>
    badPathParts.map((part) => ({
      what: `path ${param} ${part.slice(0, 20)}`,
      path: pathOf(name, { ...ask, params: { ...ask.params, [param]: part } }),
      body: ask.body,
    })),
  );
}

function badQueries({ name, operation }: Route, ask: Ask): Part[] {
  const path = pathOf(name, { ...ask, query: {} });
  const from = path.endsWith('?') ? path : `${path}?`;
  const good = new URLSearchParams(ask.query).toString();
  const query = (operation.parameters ?? []).filter((each) => each.in === 'query');
  return query.flatMap(({ name: field, schema = {}, required }) => {
    const rest = [...new URLSearchParams(good)].filter(([each]) => each !== field);
    const others = new URLSearchParams(rest).toString();
    const values = schema.type === 'integer' ? badIntegers(schema) : badTexts(field, schema);
    const asked = values.map((value) => ({
      what: `query ${field}=${value.slice(0, 20)}`,
      path: `${from}${others}&${field}=${value}`,
    }));
    const twice = { what: `query ${field} twice`, path: `${from}${others}&${field}=1&${field}=2` };
    return [...asked, twice, ...(required ? [{ what: `no ${field}`, path: `${from}${others}` }] : [])];
  });
}

function badTexts(field: string, { maxLength = 0, enum: known }: Schema): string[] {
  if (known) return ['nonsense', '', '%00', '__proto__', `${known[0]},${known[0]}`];
  if (field !== 'cursor') return ['x'.repeat(maxLength + 1)];
  const madeUp = ['["x"]', '["recent","x"]', '[]', '{}', 'null', '"x"', '[1,2]'];
  return [
    'nonsense',
    '',
    '%00',
    'x'.repeat(maxLength + 1),
    ...madeUp.map((text) => Buffer.from(text).toString('base64url')),
  ];
}

/** Text that is looked at only where something else asks for it, or that answers alike whatever it says. */
const unreadTexts = new Set([
  'PATCH /v1/users/me currentPassword',
  'POST /v1/users invitation',
  'POST /register invitation',
  'POST /v1/password-resets email',
  'POST /user/{userId}/unfollow followId',
]);

function badFields(route: string, schema: Schema, ask: Ask, pick: (below: number) => number): Part[] {
  const body = ask.body ?? {};
  return Object.entries(schema.properties ?? {}).flatMap(([field, inner]) => {
    const put = (what: string, value: unknown): Part => ({
      what: `${field}: ${what}`,
      body: { ...body, [field]: value },
    });
    const parts = wrongValues(inner, pick).map((value) => put(JSON.stringify(value), value));
    if (takesText(inner)) {
      parts.push(put('too long', 'x'.repeat(inner.maxLength ? inner.maxLength + 1 : hugeText.length)));
      const broken = unreadTexts.has(`${route} ${field}`) ? [] : brokenTexts;
      for (const text of broken) parts.push(put(`with ${JSON.stringify(text)}`, text + text));
    }
    if (inner.type === 'array') {
      const [good] = (body[field] as unknown[] | undefined) ?? ['x'];
      parts.push(
        put(
          'too many',
          Array.from({ length: (inner.maxItems ?? 100_000) + 1 }, () => good),
        ),
      );
      for (const value of wrongValues(inner.items ?? {}, pick)) parts.push(put('a wrong entry', [value]));
    }
    if (schema.required?.includes(field)) {
      const { [field]: _, ...rest } = body;
      parts.push({ what: `without ${field}`, body: rest });
    }
    return parts;
  });
}

const takesText = (schema: Schema): boolean =>
  (schema.type === 'string' && !schema.enum) || (schema.anyOf?.some(takesText) ?? false);

function wrongValues(schema: Schema, pick: (below: number) => number): unknown[] {
  const validator = Compile(schema as object);
  const wrong = wrongTypes.filter((value) => !validator.Check(value));
  while (wrong.length > valuesPerField) wrong.splice(pick(wrong.length), 1);
  return wrong;
}

const deep = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

function badBodies({ body }: Ask): Part[] {
  const text = JSON.stringify(body ?? {});
  const members = text.slice(1, -1);
  const raw: [string, Uint8Array | string][] = [
    ['empty', ''],
    ['broken JSON', text.slice(0, -1)],
    ['two documents', text + text],
    ['deep', deep(40)],
    ['very deep', deep(100_000)],
    ['huge', `{"text":"${'x'.repeat(2 * 1024 * 1024)}"}`],
    ['broken UTF-8', Buffer.concat([Buffer.from(`{"x":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])],
    ['__proto__', `{"__proto__":{"isAdmin":true}${members ? `,${members}` : ''}}`],
    ['a byte order mark', `\ufeff${text}`],
    ['a list', '[]'],
    ['a number', '42'],
    ['a text', '"text"'],
    ['null', 'null'],
  ];
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'nonsense'];
  return [
    ...raw.map(([what, bytes]): Part => ({ what: `body: ${what}`, bytes })),
    ...types.map((type): Part => ({ what: type, bytes: text, headers: { 'content-type': type } })),
    {
      what: 'another charset',
      bytes: text,
      headers: { 'content-type': 'application/json; charset=utf-16' },
    },
  ];
}

function badHeaders({ operation }: Route, { body }: Ask): Part[] {
  const takesKey = operation.parameters?.some((each) => each.name === 'Idempotency-Key');
  if (!takesKey) return [];
  return ['', 'two words', 'x'.repeat(256), 'käse'].map((key) => ({
    what: `Idempotency-Key ${key.slice(0, 10)}`,
    body,
    headers: { 'idempotency-key': key },
  }));
}
