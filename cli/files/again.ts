import { KithError } from '../../sdk/client.ts';

const failuresMax = 10;
const waitMsMin = 500;
const waitMsMax = 30_000;

/** Whether it may go better another time: nobody answered, or the server was too busy. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof KithError) || error.status === 0 || error.status === 429 || error.status >= 500;

/**
 * Tries until it is done; gives up after so many failures in a row in which nothing got further. `isFurther` is asked
 * after each.
 */
export async function untilDone<Result>(
  work: () => Promise<Result>,
  isFurther: () => boolean,
  say: (text: string) => void,
): Promise<Result> {
  for (let failures = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || error instanceof Final) throw error;
      failures = isFurther() ? 1 : failures + 1;
      if (failures >= failuresMax) throw error;
      const waitMs = Math.min(waitMsMax, waitMsMin * 2 ** (failures - 1));
      if (failures > 1) say(`The connection broke off; trying again in ${Math.ceil(waitMs / 1000)} s.`);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Would end the same another time. */
export class Final extends Error {}
