import { writeFileSync } from 'node:fs';

export interface CapturedAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Headers that `node:http` writes on its own for every answer. */
const ownHeaders = new Set(['date', 'connection', 'keep-alive']);
const atOnce = 8;

/** Asks for each path once and keeps what came, whole; throws for anything but a 200. */
export async function capture(
  port: number,
  requests: readonly { path: string; token?: string }[],
): Promise<Record<string, CapturedAnswer>> {
  const answers: Record<string, CapturedAnswer> = {};
  const waiting = [...requests];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) answers[next.path] = await ask(port, next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answers;
}

async function ask(port: number, { path, token }: { path: string; token?: string }): Promise<CapturedAnswer> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: token ? { ...headers, authorization: `Bearer ${token}` } : headers,
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${body.slice(0, 300)}`);
  const kept = [...response.headers].filter(([name]) => !ownHeaders.has(name));
  return { status: 200, headers: Object.fromEntries(kept), body };
}

export function writeAnswers(path: string, answers: Record<string, CapturedAnswer>): void {
  writeFileSync(path, JSON.stringify(answers));
}
