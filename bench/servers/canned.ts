/**
 * Answers whatever arrives with the same bytes, without reading HTTP at all: what the load generator reaches
 * against this is its own ceiling. Usage: node bench/servers/canned.ts BODY_BYTES. Prints its port.
 */
import { type AddressInfo, createServer } from 'node:net';

const body = 'x'.repeat(Number(process.argv[2] ?? 1000));
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(answer));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('SIGTERM', () => process.exit(0));
