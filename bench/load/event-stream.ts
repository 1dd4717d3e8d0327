import net from 'node:net';

const openMs = 10_000;

/**
 * One `GET /v1/stream`, read from a raw socket: hands over each frame's text. Chunk sizes between frames are passed
 * over, because only lines that begin with `event:`, `id:` or `data:` are looked at.
 */
export function openEventStream(
  { port, token }: { port: number; token: string },
  onEvent: (kind: string, data: string) => void,
): Promise<{ close: () => void }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
    socket.setTimeout(openMs, () => reject(new Error('the stream did not open')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the stream was closed')));
    socket.write(
      `GET /v1/stream HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n\r\n`,
    );
    let text = '';
    let open = false;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!open) {
        const end = text.indexOf('\r\n\r\n');
        if (end === -1) return;
        if (!/^HTTP\/1\.1 200/.test(text)) return socket.destroy();
        open = true;
        socket.setTimeout(0);
        text = text.slice(end + 4);
        resolve({ close: () => socket.destroy() });
      }
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        readFrame(text.slice(0, end), onEvent);
        text = text.slice(end + 2);
      }
    });
  });
}

function readFrame(frame: string, onEvent: (kind: string, data: string) => void) {
  const kind = /^event: ?(.*)$/m.exec(frame)?.[1];
  const data = /^data: ?(.*)$/m.exec(frame)?.[1];
  if (kind !== undefined && data !== undefined) onEvent(kind.trim(), data);
}
