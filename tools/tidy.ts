/** House rules that a search can hold. Answers one sentence for each place that breaks one. */
import { importsOf, isTest, linesWith, type Source } from './sources.ts';

const fileLinesMax = 400;
const testFileLinesMax = 700;

const engineClients = [
  'node:sqlite',
  'nodemailer',
  'cassandra-driver',
  '@platformatic/kafka',
  'ioredis',
  'iovalkey',
  '@opensearch-project/opensearch',
  '@aws-sdk/client-s3',
  'web-push',
  'sharp',
  'node-av/lib',
  'node-av/api',
  'heic-decode',
];

interface Rule {
  pattern: RegExp;
  appliesTo: (path: string) => boolean;
  why: string;
}

/** The parts whose tests and simulations replace time and settings. */
const isProduct = (path: string) => path.startsWith('src/') && !isTest(path);

const rules: readonly Rule[] = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b/,
    appliesTo: (path) => isProduct(path) && !path.startsWith('src/ports/clock/'),
    why: 'time and chance come from src/ports/clock, so that tests can replace them',
  },
  {
    pattern: /\bprocess\.env\b/,
    appliesTo: (path) => isProduct(path) && !path.startsWith('src/config/'),
    why: 'settings are read in src/config, once and checked',
  },
  {
    pattern: /\b(it|test|describe|suite)\.(only|skip|todo)\b|\b(only|skip): true\b/,
    appliesTo: isTest,
    why: 'a test that does not run protects nothing',
  },
  {
    pattern: /^export default\b/,
    appliesTo: (path) => /\.tsx?$/.test(path) && path !== 'web/vite.config.ts',
    why: 'exports are named, so that one word finds a thing everywhere',
  },
];

export function tidyViolations(sources: readonly Source[]): string[] {
  return [
    ...sources.flatMap((source) => [
      ...ruleViolations(source),
      ...clientViolations(source),
      ...shapeViolations(source),
    ]),
    ...unusedFiles(sources),
  ];
}

function ruleViolations(source: Source): string[] {
  return rules
    .filter(({ appliesTo }) => appliesTo(source.path))
    .flatMap(({ pattern, why }) =>
      linesWith(source, pattern).map((line) => `${source.path}:${line}: ${why}.`),
    );
}

function clientViolations(source: Source): string[] {
  if (!isProduct(source.path) || source.path.startsWith('src/adapters/')) return [];
  return importsOf(source)
    .filter((target) => engineClients.includes(target))
    .map((target) => `${source.path} imports ${target}: engines are spoken to in src/adapters only.`);
}

function shapeViolations({ path, text }: Source): string[] {
  const found: string[] = [];
  const lines = text.split('\n').length;
  const linesMax = isTest(path) ? testFileLinesMax : fileLinesMax;
  if (lines > linesMax && !text.startsWith('// Written by ')) {
    found.push(`${path} has ${lines} lines; more than ${linesMax} usually hide two subjects.`);
  }
  const name = path.split('/').at(-1)!;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|ci|run|bench|cluster|config|d))?\.(tsx?|mjs)$/.test(name)) {
    found.push(`${path}: file names are kebab-case.`);
  }
  if (/^(utils?|helpers?|common|misc|.*-?manager)\./.test(name)) {
    found.push(`${path}: name the file for its subject.`);
  }
  return found;
}

/** Where programs begin: what npm, the launcher and the program itself start. */
const entryPoints = new Set([
  'src/main.ts',
  'cli/main.ts',
  'cli/kith.mjs',
  'bench/main.ts',
  'test/torture/main.ts',
  'test/faults/main.ts',
  'test/browser/screens.ts',
  'web/src/app/main.tsx',
  'web/vite.config.ts',
]);

function unusedFiles(sources: readonly Source[]): string[] {
  const users = new Map<string, string[]>();
  for (const source of sources) {
    for (const target of importsOf(source)) users.set(target, [...(users.get(target) ?? []), source.path]);
  }
  const started = new Set(sources.flatMap((source) => namedFiles(source)));
  return sources.flatMap(({ path }) => {
    if (isTest(path) || entryPoints.has(path) || /^tools\/|\.d\.ts$/.test(path)) return [];
    const ownTest = path.replace(/\.(tsx?|mjs)$/, '.test.ts');
    const isUsed = (users.get(path) ?? []).some((user) => user !== ownTest);
    return isUsed || started.has(path.split('/').at(-1)!)
      ? []
      : [`${path}: nothing but its own test, if that, imports this file.`];
  });
}

/** Files that are named in a string: programs that another one starts. */
const namedFiles = ({ text }: Source): string[] =>
  [...text.matchAll(/['"]([a-z0-9-]+\.(?:ts|mjs))['"]/g)].map((match) => match[1]!);
