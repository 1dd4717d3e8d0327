/**
 * Validation against route schemas. Bodies are taken strictly: no coercion, and members a schema does not
 * name are removed before the handler sees them. Queries come as text, so numbers and booleans in them are
 * read, and defaults filled in.
 */
import { createRequire } from 'node:module';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import type { FieldError } from '../lib/refusal.ts';

/** An error as JSON Schema validators report it. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  message?: string;
  params?: Record<string, unknown>;
}

interface ObjectSchema {
  type?: string;
  properties?: Record<string, ObjectSchema & { default?: unknown }>;
  items?: ObjectSchema;
  additionalProperties?: unknown;
}

const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
type Compile = typeof import('typebox/compile').Compile;
const require = createRequire(import.meta.url);
let compile: Compile | undefined;

/** With the first request rather than before: it is a sixth of all that a start would read. */
export function loadCompiler(): Compile {
  if (!compile) {
    const { default: format } = require('typebox/format') as typeof import('typebox/format');
    format.Set('date-time', (text) => dateTime.test(text) && !Number.isNaN(Date.parse(text)));
    compile = (require('typebox/compile') as typeof import('typebox/compile')).Compile;
  }
  return compile;
}

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  // At the first request: compiling those of all routes would be a tenth of every start.
  let compiled: ReturnType<Compile> | undefined;
  const prepare = httpPart === 'body' ? undefined : readText(schema as ObjectSchema);
  const strip = httpPart === 'body' ? stripper(schema as ObjectSchema) : undefined;
  return (value: unknown) => {
    compiled ??= loadCompiler()(schema);
    const validator = compiled;
    const prepared = prepare ? prepare(value) : value;
    if (!validator.Check(prepared)) {
      return { error: validator.Errors(prepared) as unknown as SchemaError[] } as never;
    }
    strip?.(prepared);
    return { value: prepared };
  };
};

/** Reads numbers and booleans of a query or path from their text; what does not read stays text and then fails. */
function readText(schema: ObjectSchema): (value: unknown) => unknown {
  const readers = Object.entries(schema.properties ?? {});
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const read = value as Record<string, unknown>;
    for (const [name, { type, default: fallback }] of readers) {
      const text = read[name];
      if (text === undefined) {
        if (fallback !== undefined) read[name] = fallback;
      } else if (typeof text === 'string') {
        if (type === 'integer' && /^-?\d{1,15}$/.test(text)) read[name] = Number(text);
        else if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) read[name] = Number(text);
        else if (type === 'boolean' && (text === 'true' || text === 'false')) read[name] = text === 'true';
        else if (type === 'array') read[name] = [text];
      }
    }
    return read;
  };
}

/** Removes members that the schema does not name, at every depth that it describes. Undefined if there is nothing to do. */
function stripper(schema: ObjectSchema): ((value: unknown) => void) | undefined {
  if (schema.items) {
    const each = stripper(schema.items);
    return each && ((value) => Array.isArray(value) && value.forEach(each));
  }
  const { properties } = schema;
  if (!properties || schema.additionalProperties) return undefined;
  const inner = Object.entries(properties).flatMap(([name, member]) => {
    const strip = stripper(member);
    return strip ? [{ name, strip }] : [];
  });
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const object = value as Record<string, unknown>;
    for (const name of Object.keys(object)) if (!Object.hasOwn(properties, name)) delete object[name];
    for (const { name, strip } of inner) if (object[name] !== undefined) strip(object[name]);
  };
}

const kinds: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** One plain sentence a field, in the order found. */
export function explainErrors(errors: readonly SchemaError[]): FieldError[] {
  const byField = new Map<string, SchemaError[]>();
  for (const error of errors) {
    const names = error.keyword === 'required' ? missingNames(error) : [fieldOf(error.instancePath)];
    for (const name of names) {
      const list = byField.get(name);
      if (list) list.push(error);
      else byField.set(name, [error]);
    }
  }
  return [...byField].map(([field, list]) => ({ field, ...explain(list) }));
}

/** `/views/0/postId` → `views.0.postId`; the whole body is `body`. */
const fieldOf = (path: string): string => path.slice(1).replaceAll('/', '.') || 'body';

function missingNames({ instancePath, params }: SchemaError): string[] {
  const names = (params?.['requiredProperties'] ?? [params?.['missingProperty']]) as string[];
  return names.map((name) => fieldOf(`${instancePath}/${name}`));
}

type Explained = Omit<FieldError, 'field'>;

function explain(errors: readonly SchemaError[]): Explained {
  const choices = errors.flatMap(({ keyword, params }) => {
    if (keyword === 'const') return [params?.['allowedValue']];
    return keyword === 'enum' ? ((params?.['allowedValues'] ?? []) as unknown[]) : [];
  });
  if (choices.length > 0) return { message: `Choose one of: ${choices.join(', ')}.`, code: 'choice' };
  const first =
    errors.find(({ keyword, params }) => keyword !== 'anyOf' && params?.['type'] !== 'null') ?? errors[0]!;
  const limit = Number(first.params?.['limit'] ?? first.params?.['comparison'] ?? 0);
  switch (first.keyword) {
    case 'required':
      return { message: 'This is required.', code: 'required' };
    case 'type':
      return {
        message: `This must be ${[first.params?.['type']]
          .flat()
          .map((type) => kinds[String(type)])
          .join(' or ')}.`,
        code: 'form',
      };
    case 'minLength':
      return limit === 1
        ? { message: 'This must not be empty.', code: 'empty' }
        : { message: `This needs at least ${limit} characters.`, code: 'too-short', limit };
    case 'maxLength':
      return { message: `This takes at most ${limit} characters.`, code: 'too-long', limit };
    case 'minimum':
      return { message: `This must be at least ${limit}.`, code: 'too-small', limit };
    case 'maximum':
      return { message: `This must be at most ${limit}.`, code: 'too-large', limit };
    case 'minItems':
      return {
        message: `This needs at least ${limit} ${limit === 1 ? 'entry' : 'entries'}.`,
        code: 'too-few',
        limit,
      };
    case 'maxItems':
      return { message: `This takes at most ${limit} entries.`, code: 'too-many', limit };
    case 'minProperties':
      return { message: 'This must not be empty.', code: 'empty' };
    case 'uniqueItems':
      return { message: 'This names something twice.', code: 'twice' };
    case 'format':
      return first.params?.['format'] === 'date-time'
        ? { message: 'This must be a time such as 2026-05-31T12:00:00Z.', code: 'form' }
        : { message: `This must be a valid ${String(first.params?.['format'])}.`, code: 'form' };
    default:
      return { message: 'This does not have the right form.', code: 'form' };
  }
}
