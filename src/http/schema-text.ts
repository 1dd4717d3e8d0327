/** JSON schemas in words, for the reference page. */
import type { JsonSchema } from './openapi.ts';

const depthMax = 6;

/** `text, 1 to 100 characters`, `list of …`, `"a" or "b"`. */
export function typeText(schema: JsonSchema, depth = 0): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf) {
    const kinds = schema.anyOf.map((each) => typeText(each, depth + 1));
    return [...new Set(kinds)].join(' or ');
  }
  if (schema.type === 'array') {
    const inner = schema.items && depth < depthMax ? typeText(schema.items, depth + 1) : 'anything';
    return `list of ${inner}${range(schema.minItems, schema.maxItems, 'entries')}`;
  }
  const name = names[String(schema.type)] ?? 'anything';
  if (schema.type === 'string') {
    const format = schema.format ? (formats[schema.format] ?? schema.format) : name;
    return format + range(schema.minLength, schema.maxLength, 'characters');
  }
  return name + range(schema.minimum, schema.maximum, '');
}

const names: Record<string, string> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};
const formats: Record<string, string> = {
  'date-time': 'time (ISO 8601)',
  date: 'date',
  email: 'e-mail address',
};

function range(min: number | undefined, max: number | undefined, unit: string): string {
  const end = unit && ` ${unit}`;
  if (min !== undefined && max !== undefined)
    return min === max ? `, ${min}${end}` : `, ${min} to ${max}${end}`;
  if (max !== undefined) return `, at most ${max}${end}`;
  return min ? `, at least ${min}${end}` : '';
}

export interface MemberRow {
  /** With the names of the objects around it: `author.id`, `items[].post`. */
  name: string;
  type: string;
  isRequired: boolean;
  description: string;
}

/** Every member of an object, those of inner objects after their own. */
export function memberRows(schema: JsonSchema, prefix = '', depth = 0): MemberRow[] {
  if (depth > depthMax) return [];
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = prefix + name;
    const row = {
      name: path,
      type: typeText(member),
      isRequired: required.includes(name),
      description: sentenceOf(member),
    };
    const { object, path: innerPath } = innerObject(member, path);
    return [row, ...(object ? memberRows(object, `${innerPath}.`, depth + 1) : [])];
  });
}

function sentenceOf({ description = '', default: fallback }: JsonSchema): string {
  const usual = fallback === undefined ? '' : `Without it: ${JSON.stringify(fallback)}.`;
  return [description, usual].filter((part) => part !== '').join(' ');
}

/** The object inside a nullable or a list, if that is what it is. */
function innerObject(schema: JsonSchema, path: string): { object: JsonSchema | undefined; path: string } {
  if (schema.properties) return { object: schema, path };
  if (schema.items) return innerObject(schema.items, `${path}[]`);
  const objects = (schema.anyOf ?? []).filter((each) => each.properties ?? each.items);
  return objects.length === 1 ? innerObject(objects[0]!, path) : { object: undefined, path };
}

/** A value that fits the schema, for people to look at. */
export function exampleOf(schema: JsonSchema, name = '', depth = 0): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (depth > depthMax) return null;
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, name, depth + 1);
  if (schema.properties) {
    const entries = Object.entries(schema.properties);
    return Object.fromEntries(
      entries.map(([member, inner]) => [member, exampleOf(inner, member, depth + 1)]),
    );
  }
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items, name, depth + 1)] : [];
  if (schema.type === 'string') return exampleText(schema, name);
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === 'boolean') return false;
  return schema.type === 'object' ? {} : null;
}

const exampleId = '0bqk3ze5m00';

function exampleText({ format }: JsonSchema, name: string): string {
  if (format === 'date-time') return '2026-05-31T12:00:00.000Z';
  if (format === 'date') return '1990-05-31';
  if (/(^i|I)d$/.test(name)) return exampleId;
  return exampleWords[name] ?? (/url$/i.test(name) ? 'https://kith.example/…' : '…');
}

const exampleWords: Record<string, string> = {
  username: 'anna',
  login: 'anna',
  displayName: 'Anna',
  email: 'anna@example.org',
  password: 'a long password',
  text: 'Hello!',
  comment: 'How nice!',
  title: 'By the lake',
  hashtags: 'summer',
};
