import { createHash } from 'node:crypto';
import type { Call } from './connection.ts';

/** A Lua script, which the server knows by the digest of its text. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
}

/** Every script there is: a connection hands them to the server before it is used. */
export const scripts: Script[] = [];

export function defineScript(name: string, lua: string): Script {
  const script = { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
  scripts.push(script);
  return script;
}

/** The call of a script; `args` after the keys. */
export function callScript(
  { sha }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[] = [],
): Call {
  return ['evalsha', sha, keys.length, ...keys, ...args];
}
