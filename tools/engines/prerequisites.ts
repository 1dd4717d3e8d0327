/** What must be on the machine already, found or said to be missing in words that help. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export class Missing extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Missing';
  }
}

export interface Jdk {
  home: string;
  java: string;
  major: number;
}

/** The first program of these names on the PATH. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
    if (found) return found;
  }
  return undefined;
}

export function findJdks(): Jdk[] {
  const within = (folder: string, rest = '') => {
    try {
      return readdirSync(folder).map((name) => join(folder, name, rest));
    } catch {
      return [];
    }
  };
  const named = Object.entries(process.env).flatMap(([name, value]) =>
    /^JAVA(_\d+)?_HOME(_\w+)?$/.test(name) && value ? [value] : [],
  );
  const onPath = findProgram('java');
  const homes = [
    ...named,
    ...within('/usr/lib/jvm'),
    ...within('/Library/Java/JavaVirtualMachines', 'Contents/Home'),
    ...within(join(homedir(), '.sdkman/candidates/java')),
    ...(onPath ? [dirname(dirname(realpathSync(onPath)))] : []),
  ];
  const seen = new Map<string, Jdk>();
  for (const home of homes) {
    const java = join(home, 'bin/java');
    const major = existsSync(java) ? majorOf(home, java) : undefined;
    if (major !== undefined) seen.set(realpathSync(home), { home, java, major });
  }
  return [...seen.values()].sort((a, b) => a.major - b.major);
}

function majorOf(home: string, java: string): number | undefined {
  try {
    const release = join(home, 'release');
    const said = existsSync(release)
      ? readFileSync(release, 'utf8')
      : execFileSync(java, ['-XshowSettings:properties', '-version'], { encoding: 'utf8', stdio: 'pipe' });
    const version = /(?:JAVA_VERSION="|java\.version = )(?:1\.)?(\d+)/.exec(said)?.[1];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}

/** A JDK between two versions, the oldest first: what is new in one is what engines stumble over. */
export function needJdk(what: string, majorMin: number, majorMax = Number.POSITIVE_INFINITY): Jdk {
  const all = findJdks();
  const found = all.find(({ major }) => major >= majorMin && major <= majorMax);
  if (found) return found;
  const wanted = majorMax === majorMin ? `JDK ${majorMin}` : `JDK ${majorMin} or newer`;
  const here =
    all.length === 0 ? 'none was found' : `found were ${all.map(({ major, home }) => `${major} (${home})`)}`;
  throw new Missing(
    `${what} needs ${wanted}; ${here}. Install one (Debian: apt install openjdk-${majorMin}-jdk-headless), or name its folder in JAVA_${majorMin}_HOME. Looked in JAVA_HOME, JAVA_*_HOME, /usr/lib/jvm and PATH.`,
  );
}

export function needProgram(what: string, name: string, hint: string): string {
  const found = findProgram(name);
  if (found) return found;
  throw new Missing(`${what} needs the program ${name}, which is not on the PATH. ${hint}`);
}
