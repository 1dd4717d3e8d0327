import type { Call, Reply } from './connection.ts';
import { nonce } from './nonce.ts';
import { callScript, defineScript } from './script.ts';

/*
 * The directory is a hash. Its field `#` is the generation, "<run_id>:<nonce>". It belongs to the run of the server
 * that it names: after a restart, a failover or a restored snapshot the run is another one, so a new generation
 * begins, and keys of older ones are never looked at again. It also begins when the directory was lost. Whatever is
 * done within a generation looks at this field in the same trip, so that all processes agree about it.
 */
const adopt = defineScript(
  'adopt-generation',
  `local found = redis.call('HGET', KEYS[1], '#')
if found and string.sub(found, 1, #ARGV[1] + 1) == ARGV[1] .. ':' then return found end
redis.call('DEL', KEYS[1])
local new = ARGV[1] .. ':' .. ARGV[2]
redis.call('HSET', KEYS[1], '#', new, 'e', ARGV[3])
return new`,
);

const renew = defineScript(
  'renew-generation',
  `redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '#', ARGV[1], 'e', ARGV[2])
return ARGV[1]`,
);

type Send = (call: Call) => Promise<Reply>;

/** The generation of this run of the server, begun now if there is none. */
export async function adoptGeneration(send: Send, directoryKey: string, runId: string): Promise<string> {
  return String(await send(callScript(adopt, [directoryKey], [runId, nonce(), nonce()])));
}

export async function renewGeneration(send: Send, directoryKey: string, old: string): Promise<string> {
  const runId = old.slice(0, old.indexOf(':'));
  return String(await send(callScript(renew, [directoryKey], [`${runId}:${nonce()}`, nonce()])));
}
