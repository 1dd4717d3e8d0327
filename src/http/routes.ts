/** What is registered, for 405 answers: each path with the methods it takes. */
export interface Routes {
  add(method: string | readonly string[], url: string): void;
  /** The methods that this path, without its query, would answer; empty for an unknown path. O(routes). */
  methodsAt(url: string): string[];
}

const pathCharactersMax = 2048;

export function createRoutes(): Routes {
  const byTemplate = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  return {
    add(method, url) {
      const known = byTemplate.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const one of typeof method === 'string' ? [method] : method) known.methods.add(one);
      byTemplate.set(url, known);
    },
    methodsAt(url) {
      const path = url.split(/[?#]/, 1)[0]!;
      if (path.length > pathCharactersMax) return [];
      const found = new Set<string>();
      for (const [template, { pattern, methods }] of byTemplate) {
        // A page's catch-all answers everything and so says nothing about this path.
        if (template !== '*' && template !== '/*' && pattern.test(path))
          for (const method of methods) found.add(method);
      }
      return [...found].sort();
    },
  };
}

function patternOf(template: string): RegExp {
  const parts = template.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    if (part === '*') return '.*';
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
