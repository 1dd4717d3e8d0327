/** The project's own source files, for the rules that hold over all of them. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface Source {
  /** From the root, with forward slashes. */
  path: string;
  text: string;
}

export const folders = ['src', 'cli', 'test', 'tools', 'bench', 'web', 'sdk'];
export const isTest = (path: string) => /\.(test|ci|run|cluster)\.ts$/.test(path);

export function readSources(root = join(import.meta.dirname, '..')): Source[] {
  const patterns = folders.flatMap((folder) => [
    `${folder}/**/*.ts`,
    `${folder}/**/*.tsx`,
    `${folder}/**/*.mjs`,
  ]);
  return globSync(patterns, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/node_modules\/|^web\/dist\//.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The text without comments, with its lines kept. Strings that hold `//` after a space are cut short: good enough to search. */
export const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|[\s;{}(),])\/\/[^\n]*/g, '$1');

/** What a file imports, statically, dynamically or as the file of a worker: paths from the root, or package names. */
export function importsOf({ path, text }: Source): string[] {
  const found = new Set<string>();
  const code = withoutComments(text);
  const patterns = [
    /\b(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(?\s*['"]([^'"]+)['"]/g,
    /new URL\(\s*['"](\.[^'"]+\.(?:tsx?|mjs))['"]/g,
  ];
  for (const pattern of patterns) for (const match of code.matchAll(pattern)) found.add(match[1]!);
  return [...found].map((target) =>
    target.startsWith('.') ? posix.join(posix.dirname(path), target) : target,
  );
}

/** Line numbers, from 1, on which the pattern is found outside comments. */
export function linesWith(source: Source, pattern: RegExp): number[] {
  return withoutComments(source.text)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}
