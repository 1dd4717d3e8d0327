import { readFileSync, writeFileSync } from 'node:fs';

/** Whole HTTP requests in a file: each a 32-bit length, then its bytes. */
export function writeRequestFile(path: string, requests: readonly Buffer[]): void {
  const parts: Buffer[] = [];
  for (const request of requests) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(request.length);
    parts.push(length, request);
  }
  writeFileSync(path, Buffer.concat(parts));
}

export function readRequestFile(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const requests: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    requests.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return requests;
}

export interface RequestParts {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  token?: string;
  body?: object;
}

/** The bytes of one request, as a browser's fetch would send the needful of them. */
export function requestBytes({ method = 'GET', path, token, body }: RequestParts): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', 'accept: application/json'];
  if (token) lines.push(`authorization: Bearer ${token}`);
  const json = body === undefined ? '' : JSON.stringify(body);
  if (json !== '') {
    lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(json)}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${json}`);
}
