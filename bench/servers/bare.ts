/**
 * The baseline for pages: bare `node:http` that sends, for each path, the very bytes and headers that Kith sent for it.
 * Usage: node bench/servers/bare.ts ANSWERS.json. Prints its port.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface CapturedAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const captured = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Record<string, CapturedAnswer>;
const answers = new Map(Object.entries(captured));

const server = createServer((request, response) => {
  const answer = answers.get(request.url!);
  if (!answer) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('SIGTERM', () => process.exit(0));
