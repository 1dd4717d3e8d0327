/**
 * The reference of the HTTP interface as one page, rendered from the OpenAPI document: no scripts and nothing from
 * elsewhere, so that it also reads on an island.
 */
import { createHash } from 'node:crypto';
import { docsStyle } from './docs-style.ts';
import type { Answer, Document, JsonSchema, Operation } from './openapi.ts';
import { problemKinds } from './problems.ts';
import { exampleOf, memberRows, typeText } from './schema-text.ts';

const styleHash = createHash('sha256').update(docsStyle).digest('base64');
export const docsPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Entry {
  method: string;
  path: string;
  operation: Operation;
  id: string;
}

export function docsPage(document: Document): string {
  const groups = groupByTag(document);
  const { title, version, description = '' } = document.info;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)} – HTTP interface</title>
<style>${docsStyle}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="Contents">
<p class="brand"><a href="#content">${text(title)}</a></p>
${[...groups].map(([tag, entries]) => navGroup(tag, entries)).join('\n')}
<p><a href="#problems">Problems</a></p>
</nav>
<main id="content" tabindex="-1">
<h1>HTTP interface</h1>
<p class="meta">Version ${text(version)} · <a href="/v1/openapi.json">OpenAPI document</a></p>
${paragraphs(description)}
${[...groups].map(([tag, entries]) => section(tag, entries, document)).join('\n')}
${problemSection()}
</main>
</body>
</html>
`;
}

function groupByTag({ paths }: Document): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (!operation.responses) continue;
      const tag = operation.tags?.[0] ?? 'other';
      const id = operation.operationId ?? `${method}-${path}`;
      groups.set(tag, [...(groups.get(tag) ?? []), { method: method.toUpperCase(), path, operation, id }]);
    }
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const navGroup = (tag: string, entries: readonly Entry[]): string => `<details>
<summary>${text(heading(tag))}</summary>
<ul>
${entries.map((entry) => `<li><a href="#${text(entry.id)}">${methodMark(entry)} ${text(shortPath(entry))}</a></li>`).join('\n')}
</ul>
</details>`;

const section = (
  tag: string,
  entries: readonly Entry[],
  document: Document,
): string => `<section aria-labelledby="tag-${text(tag)}">
<h2 id="tag-${text(tag)}">${text(heading(tag))}</h2>
${entries.map((entry) => operationArticle(entry, document)).join('\n')}
</section>`;

function operationArticle(entry: Entry, document: Document): string {
  const { operation, id, path } = entry;
  const body = operation.requestBody && Object.entries(operation.requestBody.content)[0];
  const parts = [
    `<h3 id="${text(id)}"><a href="#${text(id)}">${methodMark(entry)} <code>${text(path)}</code></a></h3>`,
    operation.summary ? `<p class="summary">${inline(operation.summary)}</p>` : '',
    operation.description ? paragraphs(operation.description) : '',
    `<p class="meta">${access(operation)}</p>`,
    parameters(operation),
    body ? `<h4>Body</h4>${schemaBlock(body[1].schema, body[0])}` : '',
    '<h4>Answers</h4>',
    ...Object.entries(operation.responses).map(([status, answer]) => answerBlock(status, answer, document)),
  ];
  return `<article aria-labelledby="${text(id)}">\n${parts.filter((part) => part !== '').join('\n')}\n</article>`;
}

function access({ security = [] }: Operation): string {
  if (security.length === 0) return 'For everybody.';
  const isOptional = security.some((scheme) => Object.keys(scheme).length === 0);
  return isOptional ? 'For everybody; more for those who are logged in.' : 'For those who are logged in.';
}

function parameters({ parameters: all = [] }: Operation): string {
  if (all.length === 0) return '';
  const places: Record<string, string> = { path: 'in the path', query: 'in the query', header: 'header' };
  const rows = all.map(({ name, in: place, required = false, description = '', schema = {} }) => {
    const fallback = schema.default === undefined ? '' : ` Without it: ${JSON.stringify(schema.default)}.`;
    return row(
      name,
      `${typeText(schema)} (${places[place] ?? place})`,
      required,
      (description || (schema.description ?? '')) + fallback,
    );
  });
  return `<h4>Parameters</h4>${table('Parameters', rows)}`;
}

function answerBlock(status: string, answer: Answer, document: Document): string {
  const isProblem = answer.$ref !== undefined;
  const { description, content } = isProblem
    ? (document.components.responses?.[answer.$ref!.split('/').at(-1)!] ?? answer)
    : answer;
  const line = `<span class="status s${status[0]}">${text(status)}</span> ${inline(description)}`;
  const body = content && Object.entries(content)[0];
  if (isProblem || !body?.[1].schema) return `<p class="answer">${line}</p>`;
  return `<details class="answer"><summary>${line}</summary>${schemaBlock(body[1].schema, body[0])}</details>`;
}

function schemaBlock(schema: JsonSchema | undefined, contentType: string): string {
  if (!schema) return `<p>${text(contentType)}</p>`;
  const shown = schema.items?.properties ? schema.items : schema;
  const rows = memberRows(shown).map(({ name, type, isRequired, description }) =>
    row(name, type, isRequired, description),
  );
  const members = rows.length > 0 ? table('Members', rows) : `<p>${text(typeText(schema))}</p>`;
  if (!contentType.includes('json')) return `<p>${text(contentType)}</p>`;
  const example = text(JSON.stringify(exampleOf(schema), null, 2));
  return `${members}<details class="example"><summary>Example</summary><pre tabindex="0"><code>${example}</code></pre></details>`;
}

const table = (label: string, rows: readonly string[]): string =>
  `<div class="table" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr><th scope="col">Name</th><th scope="col">What it is</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;

const row = (name: string, type: string, isRequired: boolean, description: string): string =>
  `<tr><th scope="row"><code>${text(name)}</code>${isRequired ? ' <span class="required">required</span>' : ''}</th>` +
  `<td><span class="type">${text(type)}</span>${description ? `<br>${inline(description)}` : ''}</td></tr>`;

const problemSection = (): string => `<section aria-labelledby="problems">
<h2 id="problems">Problems</h2>
<p>Every answer of 400 and above is a problem document with one of these codes.</p>
${table(
  'Problems',
  Object.entries(problemKinds).map(
    ([code, { status, title }]) =>
      `<tr id="problem-${code}"><th scope="row"><code>${code}</code></th><td><span class="status s${Math.floor(status / 100)}">${status}</span> ${text(title)}</td></tr>`,
  ),
)}
</section>`;

const heading = (tag: string): string => tag.charAt(0).toUpperCase() + tag.slice(1).replaceAll('-', ' ');
const shortPath = ({ path }: Entry): string => path.replace(/^\/v1/, '');
const methodMark = ({ method }: Entry): string =>
  `<span class="method ${method.toLowerCase()}">${method}</span>`;

const paragraphs = (given: string): string =>
  given
    .split(/\n\s*\n/)
    .map((part) => `<p>${inline(part)}</p>`)
    .join('\n');

/** Text with `code` in back-ticks, the one mark that descriptions use. */
const inline = (given: string): string => text(given).replace(/`([^`]+)`/g, '<code>$1</code>');

const text = (given: string): string =>
  given.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
