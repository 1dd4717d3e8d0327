import { once } from 'node:events';

/**
 * A server's own word on its memory, by the debugging protocol: after a full collection, so that it counts what is
 * held and not what is yet to be swept. The server was started with `--inspect=127.0.0.1:PORT`.
 */
export interface HeldMemory {
  heapBytes: number;
  /** Array buffers and other memory outside the heap that objects hold. */
  externalBytes: number;
  residentBytes: number;
}

interface Answer {
  id: number;
  result?: { result?: { value?: string } };
}

export async function measureMemory(inspectPort: number): Promise<HeldMemory> {
  const listed = await fetch(`http://127.0.0.1:${inspectPort}/json/list`);
  const [target] = (await listed.json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target!.webSocketDebuggerUrl);
  await once(socket, 'open');
  let lastId = 0;
  const call = async (method: string, params: object = {}): Promise<Answer> => {
    const id = ++lastId;
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [event] = (await once(socket, 'message')) as [{ data: string }];
      const answer = JSON.parse(event.data) as Answer;
      if (answer.id === id) return answer;
    }
  };
  try {
    await call('HeapProfiler.collectGarbage');
    await call('HeapProfiler.collectGarbage');
    const expression = 'JSON.stringify(process.memoryUsage())';
    const { result } = await call('Runtime.evaluate', { expression });
    const usage = JSON.parse(result?.result?.value ?? '{}') as NodeJS.MemoryUsage;
    return { heapBytes: usage.heapUsed, externalBytes: usage.external, residentBytes: usage.rss };
  } finally {
    socket.close();
  }
}
