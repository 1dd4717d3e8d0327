import { type Html, html } from '../../lib/html.ts';
import type { ShownNode } from '../files/index.ts';
import { pageStyle } from './page-style.ts';

/** Everything stands in one page, its style included. */
function page(title: string, body: Html): string {
  const style = html`${title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${style.text}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${body.text}
</main>
</body>
</html>
`;
}

const nameOf = ({ entry }: ShownNode) => entry?.name ?? 'Files';

export const absentPage = (): string =>
  page(
    'Nothing is here',
    html`<h1>Nothing is here</h1>
<p>This link was never given out, or it has ended.</p>`,
  );

export const passwordPage = (base: string, isWrong: boolean): string =>
  page(
    'Password',
    html`<h1>This link needs a password</h1>
${isWrong && html`<p class="note" role="alert">This is not the password.</p>`}
<form method="post" action="${base}">
<label>Password<br><input type="password" name="password" autocomplete="off" required autofocus></label>
<button type="submit">Open</button>
</form>`,
  );

export const filePage = (base: string, file: ShownNode, pictured: ReadonlySet<string>): string =>
  page(
    nameOf(file),
    html`<h1>${nameOf(file)}</h1>
${pictured.has(file.id) && html`<p>${pictureOf(base, file)}</p>`}
<p class="small">${sizeText(file)} · ${dateText(file)}</p>
<p><a class="button" href="${base}/files/${file.id}">Download</a></p>`,
  );

export interface FolderPage {
  folder: ShownNode;
  /** Null where the folder is the one that the link opens. */
  above: string | null;
  items: readonly ShownNode[];
  nextCursor: string | null;
  /** Those with a preview. */
  pictured: ReadonlySet<string>;
  mayAdd: boolean;
  said: string | null;
}

export function folderPage(base: string, given: FolderPage): string {
  const { folder, above, items, nextCursor, pictured, mayAdd, said } = given;
  const next = nextCursor === null ? null : new URLSearchParams({ folder: folder.id, cursor: nextCursor });
  return page(
    nameOf(folder),
    html`<h1>${nameOf(folder)}</h1>
${said !== null && html`<p class="note" role="status">${said}</p>`}
${above !== null && html`<p><a href="${base}?folder=${above}">Up</a></p>`}
${items.length === 0 && html`<p>This folder is empty.</p>`}
<ul>
${items.map((item) => rowOf(base, item, pictured.has(item.id)))}
</ul>
${next !== null && html`<p><a href="${base}?${next.toString()}">More</a></p>`}
${items.length > 0 && html`<p><a class="button" href="${base}/files/${folder.id}">Download all as zip</a></p>`}
${mayAdd && uploadForm(base, folder.id)}`,
  );
}

const pictureOf = (base: string, file: ShownNode): Html =>
  html`<img src="${base}/files/${file.id}/preview" alt="Preview of ${nameOf(file)}" loading="lazy" decoding="async">`;

function rowOf(base: string, item: ShownNode, isPictured: boolean): Html {
  const isFolder = item.entry!.kind === 'folder';
  const address = isFolder ? `${base}?folder=${item.id}` : `${base}/files/${item.id}`;
  return html`<li>${isPictured && pictureOf(base, item)}<a href="${address}">${nameOf(item)}${isFolder ? '/' : ''}</a><span class="small">${isFolder ? '' : sizeText(item)}</span></li>
`;
}

const uploadForm = (
  base: string,
  folderId: string,
): Html => html`<form method="post" action="${base}/upload/${folderId}" enctype="multipart/form-data">
<label>Add files<br><input type="file" name="file" multiple required></label>
<button type="submit">Upload</button>
</form>`;

/** For who may only put something in. */
export const uploadPage = (base: string, folder: { id: string }, said: string | null): string =>
  page(
    'Send files',
    html`<h1>Send files</h1>
${said !== null && html`<p class="note" role="status">${said}</p>`}
<p>What you send is seen only by those whose folder this is.</p>
${uploadForm(base, folder.id)}`,
  );

function sizeText({ entry }: ShownNode): string {
  const bytes = entry?.content?.sizeBytes ?? 0;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

const dateText = ({ entry }: ShownNode) => new Date(entry?.modifiedAtMs ?? 0).toISOString().slice(0, 10);
