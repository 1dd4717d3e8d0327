import net from 'node:net';

export interface Response {
  status: number;
  /** Header and body, in bytes. */
  bytes: number;
  /** Only where the connection was told to keep bodies. */
  body: string;
}

const headerBytesMax = 16_384;
const receiveBufferBytes = 128 * 1024;
const headerEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/**
 * One keep-alive HTTP/1.1 connection on a raw socket, one request at a time. It reads no more of an answer than
 * status and length, so that the load generator costs less than what it measures.
 */
export class Connection {
  readonly #socket: net.Socket;
  readonly #keepBody: boolean;
  #head = Buffer.alloc(0);
  #bodyParts: Buffer[] = [];
  #tail = Buffer.alloc(0);
  /** Body bytes still to come; -1 while the header is incomplete, -2 in a chunked body. */
  #missing = -1;
  #status = 0;
  #bytes = 0;
  #answered: ((response: Response) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(socket: net.Socket, keepBody: boolean) {
    this.#socket = socket;
    this.#keepBody = keepBody;
  }

  static open({ port, keepBody = false }: { port: number; keepBody?: boolean }): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafe(receiveBufferBytes),
          callback: (length, buffer) => {
            connection.#receive(buffer.subarray(0, length) as Buffer);
            return true;
          },
        },
      });
      const connection = new Connection(socket, keepBody);
      socket.once('connect', () => resolve(connection));
      socket.on('error', (error) => {
        connection.#fail(error);
        reject(error);
      });
      socket.on('close', () => connection.#fail(new Error('the server closed the connection')));
    });
  }

  get idle(): boolean {
    return this.#answered === undefined;
  }

  /** The callbacks are kept until one of them was called; only one request may be under way. */
  send(
    request: Buffer | string,
    answered: (response: Response) => void,
    failed: (error: Error) => void,
  ): void {
    if (this.#answered) throw new Error('a request is already under way on this connection');
    this.#answered = answered;
    this.#failed = failed;
    this.#socket.write(request);
  }

  request(request: Buffer | string): Promise<Response> {
    return new Promise((resolve, reject) => this.send(request, resolve, reject));
  }

  close(): void {
    this.#failed = undefined;
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer) {
    this.#bytes += chunk.length;
    if (this.#missing === -1) return this.#receiveHead(chunk);
    this.#receiveBody(chunk);
  }

  #receiveHead(chunk: Buffer) {
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = head.indexOf(headerEnd);
    if (end === -1) {
      if (head.length > headerBytesMax) return this.#fail(new Error('a header without an end'));
      this.#head = Buffer.from(head);
      return;
    }
    const text = head.toString('latin1', 0, end);
    this.#status = Number(text.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    const empty = this.#status === 204 || this.#status === 304;
    this.#missing = length === undefined ? (empty ? 0 : -2) : Number(length);
    this.#receiveBody(head.subarray(end + headerEnd.length));
  }

  #receiveBody(chunk: Buffer) {
    if (this.#keepBody && chunk.length > 0) this.#bodyParts.push(Buffer.from(chunk));
    if (this.#missing === -2) {
      this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-lastChunk.length);
      if (!this.#tail.equals(lastChunk)) return;
    } else {
      this.#missing -= chunk.length;
      if (this.#missing > 0) return;
    }
    this.#finish();
  }

  #finish() {
    const body = this.#keepBody ? Buffer.concat(this.#bodyParts).toString() : '';
    const response = { status: this.#status, bytes: this.#bytes, body };
    const answered = this.#answered;
    this.#answered = undefined;
    this.#failed = undefined;
    this.#missing = -1;
    this.#bytes = 0;
    if (this.#head.length > 0) this.#head = Buffer.alloc(0);
    if (this.#tail.length > 0) this.#tail = Buffer.alloc(0);
    if (this.#bodyParts.length > 0) this.#bodyParts = [];
    answered?.(response);
  }

  #fail(error: Error) {
    const failed = this.#failed;
    this.#failed = undefined;
    this.#answered = undefined;
    failed?.(error);
  }
}
