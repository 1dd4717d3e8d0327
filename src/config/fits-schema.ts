import type { TSchema } from 'typebox';

/** As much of JSON Schema as settings use. A whole validator would cost every start a tenth. */
interface Known {
  type?: string;
  const?: unknown;
  anyOf?: Known[];
  items?: Known;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
}
const known = new Set<string>([
  ...['type', 'const', 'anyOf', 'items', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'minItems', 'default'],
]);

/** Throws where a schema asks for what is not known here, so that nothing passes unchecked. */
export function fitsSchema(schema: TSchema, value: unknown): boolean {
  const strange = Object.keys(schema).filter((keyword) => !known.has(keyword) && !keyword.startsWith('~'));
  if (strange.length > 0) throw new Error(`settings cannot be checked for ${strange.join(', ')}`);
  const { anyOf, ...rest } = schema as Known;
  if (anyOf) return anyOf.some((each) => fitsSchema(each as TSchema, value));
  if ('const' in rest) return value === rest.const;
  if (rest.type === 'string') return typeof value === 'string' && fitsText(rest, value);
  if (rest.type === 'integer') {
    const { minimum = -Infinity, maximum = Infinity } = rest;
    return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
  }
  if (rest.type !== 'array') throw new Error(`settings cannot be of type ${rest.type}`);
  const { items, minItems = 0 } = rest;
  return (
    Array.isArray(value) &&
    value.length >= minItems &&
    value.every((each) => fitsSchema((items ?? {}) as TSchema, each))
  );
}

function fitsText({ minLength = 0, maxLength = Infinity, pattern }: Known, text: string): boolean {
  return text.length >= minLength && text.length <= maxLength && (!pattern || new RegExp(pattern).test(text));
}
