/** Which part of the tree may import which. Answers one sentence for each import that breaks a rule. */
import { importsOf, isTest, type Source } from './sources.ts';

/** Each feature may import those before it, never the reverse: so no two ever need each other. */
export const featureOrder = [
  'idempotency',
  'purging',
  'contents',
  'accounts',
  'graph',
  'media',
  'files',
  'transfers',
  'file-media',
  'previews',
  'file-search',
  'link-pages',
  'webdav',
  'posts',
  'engagement',
  'reactions',
  'comments',
  'moderation',
  'feed',
  'notifications',
  'push',
  'live',
  'search',
  'janitor',
  'compat',
  'public-pages',
  'home-page',
  'own-data',
  'overview',
];

/** What files in each part of `src` may import, besides their own part and packages. */
const allowed: Readonly<Record<string, { parts: readonly string[]; why: string }>> = {
  lib: { parts: [], why: 'lib holds pure helpers, which know nothing of the rest' },
  ports: { parts: ['lib'], why: 'a port says what is needed, not who provides or uses it' },
  config: { parts: ['lib'], why: 'the settings are read before anything else exists' },
  http: { parts: ['lib', 'ports'], why: 'the server knows no feature, so that any can be put on it' },
  adapters: { parts: ['lib', 'ports'], why: 'an adapter serves its port and knows nobody who uses it' },
  features: {
    parts: ['lib', 'ports', 'http'],
    why: 'features know ports, never engines, so that every profile runs them',
  },
  engines: {
    parts: ['lib', 'ports', 'config', 'adapters', 'tables.ts'],
    why: 'a profile binds engines to ports, and knows nothing of what is built on them',
  },
  move: {
    parts: ['lib', 'ports', 'config', 'adapters', 'engines', 'tables.ts'],
    why: 'a move copies rows from engine to engine, and knows nothing of what they mean',
  },
  roles: { parts: ['lib', 'ports', 'http', 'config', 'features'], why: 'only main binds ports to adapters' },
};

/** The web app's own layers, each of which may import those before it. Styles belong to all. */
const webOrder = ['i18n', 'api', 'state', 'parts', 'pages', 'app'];

export function boundaryViolations(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const { path } = source;
    if (path.startsWith('web/src/')) return webViolations(source);
    if (!path.startsWith('src/') || isTest(path)) return [];
    return importsOf(source)
      .filter((target) => target.includes('/') && !isPackage(target))
      .flatMap((target) => {
        const why = whyNot(path, target);
        return why ? [`${path} imports ${target}: ${why}.`] : [];
      });
  });
}

function webViolations(source: Source): string[] {
  const from = source.path.split('/')[2]!;
  return importsOf(source)
    .filter((target) => /\.tsx?$/.test(target))
    .flatMap((target) => {
      if (target.startsWith('sdk/')) return [];
      const why = whyNotWeb(from, target);
      return why ? [`${source.path} imports ${target}: ${why}.`] : [];
    });
}

function whyNotWeb(from: string, target: string): string | undefined {
  if (!target.startsWith('web/src/')) return 'of the rest of the tree the web app knows only its client, sdk';
  const to = target.split('/')[2]!;
  const places = [from, to].map((layer) => webOrder.indexOf(layer));
  if (places.includes(-1)) return 'this is no declared layer of the web app (tools/boundaries.ts)';
  return places[1]! > places[0]! ? `${to} is built on ${from}, not the reverse` : undefined;
}

const isPackage = (target: string) => !/\.(ts|mjs|json)$/.test(target);
const partOf = (path: string): string => path.split('/')[1]!;

function whyNot(path: string, target: string): string | undefined {
  const part = partOf(path);
  if (part.endsWith('.ts')) return target.startsWith('src/') ? undefined : leavesTree;
  if (!target.startsWith('src/')) return leavesTree;
  const rule = allowed[part];
  if (!rule) return `src/${part} is no declared part of the tree (tools/boundaries.ts)`;
  const other = partOf(target);
  if (part === 'features' && other === 'features') return whyNotFeature(path, target);
  if (other === part) return undefined;
  if (!rule.parts.includes(other)) return rule.why;
  if (part === 'features' && other === 'http' && !/\/http(-[a-z-]+)?\.ts$/.test(path)) {
    return 'of a feature only its http.ts speaks HTTP; operations work without it';
  }
  return undefined;
}
const leavesTree = 'what src needs lies in src';

function whyNotFeature(path: string, target: string): string | undefined {
  const from = path.split('/')[2]!;
  const to = target.split('/')[2]!;
  if (from === to) return undefined;
  const [fromPlace, toPlace] = [featureOrder.indexOf(from), featureOrder.indexOf(to)];
  if (fromPlace < 0) return `the feature ${from} has no place in the order of features (tools/boundaries.ts)`;
  if (toPlace < 0) return `the feature ${to} has no place in the order of features (tools/boundaries.ts)`;
  if (toPlace > fromPlace)
    return `${to} comes after ${from} in the order of features, so it may import ${from} and not the reverse`;
  if (!target.endsWith(`/${to}/index.ts`)) return `others may use of ${to} only what its index.ts exports`;
  return undefined;
}
