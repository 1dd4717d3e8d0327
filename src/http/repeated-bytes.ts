/** Answers whose bytes are kept and sent again and again. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './route.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * What is done to such bytes before they leave; nothing, until a feature puts something here. For one buffer it
     * answers the same one again where it can.
     */
    finishing: { bytes: (request: FastifyRequest, bytes: Buffer) => Buffer };
  }
}

export function offerRepeatedBytes(app: App): void {
  app.decorate('finishing', { bytes: (_request, bytes) => bytes });
}

/** Null: sent once so far. Texts go with their buffers. */
const texts = new WeakMap<Buffer, string | null>();

/**
 * Sends bytes that nobody changes any more, with status 200 and the headers set so far. From the second time on they go
 * as text of one byte a character: Node writes such text and the headers before it to the connection as one piece,
 * while a buffer goes as another beside them, which costs a tenth of a feed page. As much again would go into running
 * `onSend` hooks: what those do is done here.
 */
export function sendRepeated(request: FastifyRequest, reply: FastifyReply, made: Buffer): FastifyReply {
  const bytes = request.server.finishing.bytes(request, made);
  let text = texts.get(bytes);
  if (typeof text !== 'string') {
    text = text === null ? bytes.toString('latin1') : null;
    texts.set(bytes, text);
  }
  request.measure?.(request, 200);
  reply.header('content-length', String(bytes.length));
  reply.hijack();
  reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>);
  if (text === null) reply.raw.end(bytes);
  else reply.raw.end(text, 'latin1');
  return reply;
}
