/** The samples of `GET /metrics` of that name (or of names like that), summed; 0 where there is none. */
export async function readMetric(port: number, name: string | RegExp): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  let sum = 0;
  for (const line of (await response.text()).split('\n')) {
    const found = /^\w+/.exec(line)?.[0];
    if (found === undefined) continue;
    if (typeof name === 'string' ? found === name : name.test(found)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}
