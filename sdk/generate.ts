/** Writes the types of the interface from its OpenAPI document, each shape that is used twice under one name. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  patternProperties?: Record<string, Schema>;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: Content;
  responses?: Record<string, Content>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Where to find the shapes that deserve a name: method, path, and members to follow in the answer. */
const named: Readonly<Record<string, readonly string[]>> = {
  Media: ['get', '/v1/media/{id}'],
  ShortUser: ['get', '/v1/posts/{id}', 'author'],
  Post: ['get', '/v1/posts/{id}'],
  PostRevision: ['get', '/v1/posts/{id}/revisions', 'items'],
  FeedItem: ['get', '/v1/feeds/{userId}', 'items'],
  Comment: ['get', '/v1/posts/{id}/comments', 'items'],
  CommentRevision: ['get', '/v1/comments/{id}/revisions', 'items'],
  Reaction: ['get', '/v1/posts/{id}/likes', 'items'],
  User: ['get', '/v1/users/{id}'],
  OwnUser: ['get', '/v1/users/me'],
  Session: ['get', '/v1/sessions', 'items'],
  AppPassword: ['get', '/v1/users/me/app-passwords', 'items'],
  Notification: ['get', '/v1/notifications', 'items'],
  Trend: ['get', '/v1/search/trending', 'items'],
  Upload: ['post', '/v1/uploads'],
  AdminUser: ['get', '/v1/admin/users', 'items'],
  Invitation: ['get', '/v1/admin/invitations', 'items'],
  Report: ['get', '/v1/admin/reports', 'items'],
  FileNode: ['get', '/v1/files/{id}'],
  TrashedFile: ['get', '/v1/trash', 'items'],
  FileVersion: ['get', '/v1/files/{id}/versions', 'items'],
  Snapshot: ['get', '/v1/snapshots', 'items'],
  PastFile: ['get', '/v1/snapshots/{id}/files', 'items'],
  Share: ['get', '/v1/files/{id}/shares', 'items'],
};

export function generateTypes(document: OpenApi): string {
  const names = new Map<string, string>();
  const shapes: string[] = [];
  for (const [name, [method = '', path = '', ...members]] of Object.entries(named)) {
    const operation = document.paths[path]?.[method];
    const schema = operation && follow(answerOf(operation), members);
    if (!schema) throw new Error(`${name}: there is no ${[method, path, ...members].join(' ')}`);
    shapes.push(`export interface ${name} ${typeOf(schema, names)}`);
    names.set(JSON.stringify(withoutWords(schema)), name);
  }
  const paths = Object.entries(document.paths).flatMap(([path, operations]) => {
    const found = methods.flatMap((method) => {
      const operation = operations[method];
      return operation?.responses ? [`${method}: ${operationType(operation, names)};`] : [];
    });
    return found.length > 0 ? [`${JSON.stringify(path)}: {\n${found.join('\n')}\n};`] : [];
  });
  return `// Written by \`npm run sdk\` from the OpenAPI document: change the routes instead.\n\n${shapes.join('\n\n')}\n\nexport interface Paths {\n${paths.join('\n')}\n}\n`;
}

const follow = (schema: Schema | undefined, members: readonly string[]): Schema | undefined =>
  members.reduce((at, member) => {
    const inner = at?.properties?.[member];
    return inner?.items ?? inner;
  }, schema);

function operationType(operation: Operation, names: ReadonlyMap<string, string>): string {
  const { parameters = [], requestBody } = operation;
  const inPlace = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const list = (place: string) =>
    inPlace(place)
      .map(({ name, required, schema = {} }) => member(name, required === true, typeOf(schema, names)))
      .join(' ');
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const answer = answerOf(operation);
  const parts = [
    ...(inPlace('path').length > 0 ? [`path: { ${list('path')} };`] : []),
    ...(inPlace('query').length > 0 ? [`query: { ${list('query')} };`] : []),
    ...(body ? [`body: ${typeOf(body, names)};`] : []),
    `answer: ${answer ? typeOf(answer, names) : 'null'};`,
  ];
  return `{ ${parts.join(' ')} }`;
}

function answerOf({ responses = {} }: Operation): Schema | undefined {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return good.map(([, { content = {} }]) => content['application/json']?.schema).find(Boolean);
}

function typeOf(schema: Schema, names: ReadonlyMap<string, string>): string {
  const name = names.get(JSON.stringify(withoutWords(schema)));
  if (name) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(each, names)).join(' | ');
  if (schema.items) return `(${typeOf(schema.items, names)})[]`;
  if (schema.properties) {
    const required = new Set(schema.required);
    const members = Object.entries(schema.properties).map(([key, each]) =>
      member(key, required.has(key), typeOf(each, names)),
    );
    return members.length === 0 ? 'Record<string, never>' : `{ ${members.join(' ')} }`;
  }
  const values = [schema.additionalProperties, ...Object.values(schema.patternProperties ?? {})];
  const value = values.find((each) => typeof each === 'object');
  if (value) return `Record<string, ${typeOf(value, names)}>`;
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    default:
      return 'unknown';
  }
}

const member = (name: string, isRequired: boolean, type: string): string =>
  `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${isRequired ? '' : '?'}: ${isRequired ? type : `${type} | undefined`};`;

/** Two shapes are one whatever is said about them. */
function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => !(key === 'description' && typeof inner === 'string'),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutWords(inner)]));
}
