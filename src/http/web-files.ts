import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export interface WebFile {
  contentType: string;
  /** Names these very bytes. */
  tag: string;
  /** Read when first asked for, then kept. */
  plain: () => Buffer;
  encoded: Partial<Record<'br' | 'gzip', () => Buffer>>;
}

export interface WebFiles {
  /** By its path in the folder, with forward slashes. */
  get(path: string): WebFile | undefined;
  /** In which there is a page of that name: `welcome.de.html`. */
  languagesOf(page: string): string[];
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** The files of a build, with the compressed copies that lie beside them; there are as many as the build made. */
export function openWebFiles(folder: string): WebFiles {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const present = new Set(names);
  const read = (name: string) => once(() => readFileSync(join(folder, name)));
  const files = new Map<string, WebFile>();
  for (const name of names) {
    const contentType = contentTypes[extname(name)];
    if (!contentType) continue;
    const plain = read(name);
    files.set(name, {
      contentType,
      get tag() {
        return tagOf(name, plain);
      },
      plain,
      encoded: {
        ...(present.has(`${name}.br`) && { br: read(`${name}.br`) }),
        ...(present.has(`${name}.gz`) && { gzip: read(`${name}.gz`) }),
      },
    });
  }
  const pagePattern = /^([a-z]+)\.([a-z]+)\.html$/;
  const pages = names.flatMap((name) => [pagePattern.exec(name) ?? []]);
  return {
    get: (path) => files.get(path),
    languagesOf: (page) => pages.flatMap(([, name, language]) => (name === page ? [language!] : [])),
  };
}

/** Hashed names say it themselves. */
const tagOf = (name: string, plain: () => Buffer): string =>
  name.startsWith('assets/')
    ? name.slice('assets/'.length)
    : createHash('sha256').update(plain()).digest('base64url').slice(0, 16);

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
