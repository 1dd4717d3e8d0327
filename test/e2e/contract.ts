/** The OpenAPI document as a promise: which answers it allows, and what tests have asked so far. */
import assert from 'node:assert/strict';
import { Compile } from 'typebox/schema';
import '../../src/http/validation.ts';

export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  maxLength?: number;
  maximum?: number;
  maxItems?: number;
  format?: string;
  additionalProperties?: boolean | Schema;
  patternProperties?: Record<string, Schema>;
  $ref?: string;
}
interface Described {
  content?: Record<string, { schema?: Schema }>;
  $ref?: string;
}
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema?: Schema;
}
export interface Operation {
  tags: string[];
  security: object[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Described>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Described> };
}

export interface Route {
  /** `POST /v1/posts` */
  name: string;
  method: string;
  /** With `{names}` of parameters. */
  path: string;
  operation: Operation;
}

type Check = (value: unknown) => string | undefined;

export interface Contract {
  routes: readonly Route[];
  /** The statuses that each route, by its name, has answered so far. */
  seen: Map<string, Set<number>>;
  routeOf(method: string, path: string): Route | undefined;
  /** Throws where the document does not allow this answer. */
  check(
    asked: { method: string; path: string },
    answer: { status: number; headers: Headers; text: string; json: unknown },
  ): void;
}

export async function fetchContract(url: string): Promise<Contract> {
  const response = await fetch(`${url}/v1/openapi.json`);
  return contractOf((await response.json()) as Document);
}

const bodyless = new Set([204, 202]);

function contractOf(document: Document): Contract {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]): Route => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation,
      }),
    ),
  );
  const matchers = routes
    .map((route) => ({ route, pattern: patternOf(route.path), names: route.path.split('{').length }))
    .sort((a, b) => a.names - b.names);
  const checks = new Map<Schema, Check>();
  const checkOf = (schema: Schema): Check => {
    const known = checks.get(schema) ?? compile(schema, document);
    checks.set(schema, known);
    return known;
  };
  const seen = new Map<string, Set<number>>();
  const routeOf: Contract['routeOf'] = (method, path) => {
    const bare = path.split('?', 1)[0]!;
    return matchers.find(({ route, pattern }) => route.method === method && pattern.test(bare))?.route;
  };
  return {
    routes,
    seen,
    routeOf,
    check({ method, path }, { status, headers, text, json }) {
      const route = routeOf(method, path);
      if (!route) return;
      const where = `${method} ${path.slice(0, 200)} answered ${status}`;
      seen.set(route.name, (seen.get(route.name) ?? new Set()).add(status));
      const declared = route.operation.responses[String(status)];
      assert.ok(declared, `${where}, which the document does not declare: ${text.slice(0, 500)}`);
      const described = declared.$ref ? document.components.responses[nameOf(declared.$ref)]! : declared;
      const type = headers.get('content-type')?.split(';')[0];
      const schema = Object.entries(described.content ?? {}).find(([each]) => each === type)?.[1].schema;
      if (!schema || (text === '' && schema.type === 'null')) {
        const isEmpty = text === '' || (text === 'null' && bodyless.has(status));
        assert.ok(isEmpty, `${where} with a body that is not described (${type}): ${text.slice(0, 500)}`);
        return;
      }
      if (status >= 400) assert.equal((json as { status: number }).status, status, where);
      const wrong = checkOf(schema)(json);
      assert.equal(
        wrong,
        undefined,
        `${where} with a body unlike its schema: ${wrong}; ${text.slice(0, 1000)}`,
      );
    },
  };
}

const nameOf = (reference: string) => reference.split('/').at(-1)!;
const patternOf = (path: string) =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** Strict: a member that is not described is wrong as well. */
function compile(schema: Schema, document: Document): Check {
  const validator = Compile(closed(schema, document) as object);
  return (value) => {
    if (validator.Check(value)) return undefined;
    const [, errors] = validator.Errors(value);
    return errors
      .slice(0, 5)
      .map(({ instancePath, message }) => `${instancePath} ${message}`)
      .join('; ');
  };
}

function closed(schema: Schema, document: Document): Schema {
  if (schema.$ref) return closed(document.components.schemas[nameOf(schema.$ref)]!, document);
  const inner = (each: Schema) => closed(each, document);
  return {
    ...schema,
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, each]) => [name, inner(each)]),
      ),
      additionalProperties: schema.additionalProperties ?? false,
    }),
    ...(schema.items && { items: inner(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(inner) }),
  };
}
