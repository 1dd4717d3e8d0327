/** Something that runs for as long as the process serves. */
export interface Service {
  name: string;
  /** Resolves when it does its work. */
  start(): Promise<unknown>;
  /** Finishes what is under way. */
  stop(): Promise<unknown>;
}

/** Starts one after the other; if one fails, stops those before it and rejects. Answers what stops them all. */
export async function startServices(
  services: readonly Service[],
  report: (error: unknown, doing: string) => void,
): Promise<() => Promise<void>> {
  const started: Service[] = [];
  /** In reverse order; one that fails does not keep the others from stopping. */
  const stop = async () => {
    for (const service of started.splice(0).reverse()) {
      try {
        await service.stop();
      } catch (error) {
        report(error, `stopping ${service.name}`);
      }
    }
  };
  for (const service of services) {
    try {
      await service.start();
      started.push(service);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return stop;
}
