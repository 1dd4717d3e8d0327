/** The OpenAPI 3.1 document, generated from the routes' schemas and completed with what holds for all of them. */
import swagger from '@fastify/swagger';
import { problemKinds } from './problems.ts';
import type { App, RouteConfig } from './route.ts';

export interface OpenApiOptions {
  version: string;
  /** Undefined: relative to wherever the document was fetched. */
  publicUrl: string | undefined;
}

export interface JsonSchema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  additionalProperties?: boolean | JsonSchema;
  patternProperties?: Record<string, JsonSchema>;
  $ref?: string;
}

export interface Answer {
  description: string;
  content?: Record<string, { schema?: JsonSchema }>;
  $ref?: string;
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: JsonSchema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema?: JsonSchema }> };
  responses: Record<string, Answer>;
}

export interface Document {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  tags?: { name: string; description?: string }[];
  components: {
    schemas?: Record<string, JsonSchema>;
    responses?: Record<string, Answer>;
    securitySchemes?: Record<string, object>;
  };
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

/** Must come before the first route. `app.swagger()` then answers the document, made once. */
export async function describeRoutes(app: App, { version, publicUrl }: OpenApiOptions): Promise<void> {
  const configs = new Map<string, Partial<RouteConfig>>();
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) configs.set(`${one.toLowerCase()} ${templateOf(url)}`, config ?? {});
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Kith', version, description: introduction },
      ...(publicUrl !== undefined && { servers: [{ url: publicUrl }] }),
      components: { securitySchemes: securitySchemes as never, schemas: { Problem: problemSchema as never } },
    },
    transformObject: (found) =>
      complete((found as { openapiObject: unknown }).openapiObject as Document, configs) as never,
  });
}

const templateOf = (url: string) => url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{*}');

function complete(document: Document, configs: ReadonlyMap<string, Partial<RouteConfig>>): Document {
  document.components.responses = problemResponses();
  const tags = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (!methods.includes(method)) continue;
      operation.tags ??= [tagOf(path)];
      for (const tag of operation.tags) tags.add(tag);
      operation.operationId ??= operationIdOf(method, path);
      completeOperation(operation, configs.get(`${method} ${path}`) ?? {}, { method, path });
    }
  }
  document.tags ??= [...tags].map((name) => ({ name }));
  return document;
}

function completeOperation(
  operation: Operation,
  config: Partial<RouteConfig>,
  { method, path }: { method: string; path: string },
): void {
  const { auth = 'none' } = config;
  if (auth !== 'none') {
    operation.security = [
      { bearer: [] },
      { cookie: [] },
      { digest: [] },
      ...(auth === 'optional' ? [{}] : []),
    ];
  } else operation.security = [];
  if (config.idempotent) {
    operation.parameters = [...(operation.parameters ?? []), idempotencyParameter];
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (answer.description === 'Default Response') answer.description = statusTexts[status] ?? 'Done';
  }
  // Bodies and queries name things as well, which may be absent or hidden.
  const namesThings =
    operation.requestBody !== undefined ||
    operation.parameters?.some((each) => each.in === 'query' && /^path$|Id$/.test(each.name)) === true;
  const hasInput = operation.requestBody !== undefined || operation.parameters !== undefined;
  // Where one logs in or registers, what is sent is the credential.
  const isEntrance = config.limit === 'login' || config.limit === 'register';
  const applies: Record<string, boolean> = {
    400: operation.requestBody !== undefined || path.includes('{'),
    401: auth !== 'none' || isEntrance,
    403: auth === 'admin' || auth === 'required' || isEntrance || config.isSigned === true,
    404: path.includes('{') || namesThings || config.mayMiss === true,
    409: method !== 'get' && method !== 'head',
    412: config.isConditional === true,
    413: operation.requestBody !== undefined || config.limit === 'transfer',
    415: operation.requestBody !== undefined,
    422: hasInput,
    429: config.limit !== 'none',
    500: true,
    503: true,
  };
  for (const [status, isPossible] of Object.entries(applies)) {
    if (isPossible)
      operation.responses[status] ??= { $ref: `#/components/responses/Problem${status}` } as Answer;
  }
}

const tagOf = (path: string): string =>
  path.split('/').filter((part) => part !== '' && part !== 'v1')[0] ?? 'server';

/** `get /v1/posts/{id}/likes` → `getPostsByIdLikes`. */
const operationIdOf = (method: string, path: string): string =>
  method +
  path
    .split('/')
    .filter((part) => part !== '' && part !== 'v1')
    .map((part) => (part.startsWith('{') ? `By-${part.slice(1, -1)}` : part))
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const statusTexts: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted; it will be done',
  204: 'Done; nothing to tell',
};

const introduction = `JSON in UTF-8, names in camelCase, ids as strings that sort by time, times in ISO 8601 (UTC).

Lists answer \`items\` and \`nextCursor\`, which is null on the last page; pass it as \`?cursor=\` for the next one.
Errors are problem documents (RFC 9457) with a stable \`code\`. Requests that make something honour
\`Idempotency-Key\` for 24 hours: send the same key again after a lost connection and nothing is made twice.`;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token that logging in answers.' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'kith_session',
    description: 'Set by logging in from a browser. Changes are taken from the same site only.',
  },
  digest: {
    type: 'http',
    scheme: 'digest',
    description: 'A username and an app password, for scripts and file clients.',
  },
};

const idempotencyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'One key for each thing to make, such as a UUID. Sent again, it makes nothing twice.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'instance'],
  properties: {
    type: { type: 'string', description: 'Where this kind of problem is explained.' },
    title: { type: 'string', description: 'The kind of problem in words.' },
    status: { type: 'integer' },
    code: {
      type: 'string',
      enum: Object.keys(problemKinds),
      description: 'The kind of problem, for programs.',
    },
    detail: { type: 'string', description: 'What happened this time, fit to be shown.' },
    reason: {
      type: 'string',
      description: 'Names the detail where the code says too little, for words in other languages.',
    },
    instance: { type: 'string', description: 'Names this one occurrence, as the log does.' },
    current: {
      type: 'object',
      description: 'What is there now, where a write was based on something older.',
      additionalProperties: true,
    },
    errors: {
      type: 'array',
      description: 'Which fields are not as they should be.',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: {
          field: { type: 'string' },
          message: { type: 'string' },
          code: { type: 'string', description: 'Names the message, for words in other languages.' },
          limit: { type: 'number', description: 'The number that the message speaks of.' },
        },
      },
    },
  },
};

function problemResponses(): Record<string, Answer> {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status, title }] of Object.entries(problemKinds)) {
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${title} (\`${code}\`)`]);
  }
  const schema = { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries(
    [...byStatus].map(([status, kinds]) => [
      `Problem${status}`,
      { description: kinds.join('; '), content: { 'application/problem+json': { schema } } },
    ]),
  );
}
