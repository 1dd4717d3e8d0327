import { type Answer, ApiClient, type Call } from '../torture/api-client.ts';

const busyMsMax = 60_000;
const stepMs = 500;

/**
 * Looks at what is kept, and comes back where it is told that too much is going on: how often people are told so is
 * counted while they are there. What would be done twice is not asked again.
 */
export class PatientClient extends ApiClient {
  override async send(call: Call): Promise<Answer | 'unknown'> {
    const endMs = performance.now() + busyMsMax;
    for (;;) {
      const answer = await super.send(call);
      const isBusy = answer !== 'unknown' && answer.status === 503;
      if (!isBusy || (call.method !== 'GET' && !call.key) || performance.now() > endMs) return answer;
      await new Promise((wake) => setTimeout(wake, stepMs));
    }
  }
}
