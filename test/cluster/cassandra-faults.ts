import {
  type CqlAnswer,
  type CqlRequest,
  type CqlSession,
  UnknownOutcome,
} from '../../src/adapters/cassandra/cql.ts';

/**
 * What goes wrong with one request. `lost`: never arrives, times out. `unheard`: takes effect, times out.
 * `late`: times out, and takes effect when the test says so. `twice`: succeeds, and arrives once more when the test
 * says so. `crash-before` and `crash-after`: the process is gone from then on.
 */
export type Fault = 'lost' | 'unheard' | 'late' | 'twice' | 'crash-before' | 'crash-after';

export interface FaultySession extends CqlSession {
  /** Requests that came, faulty ones too. */
  requests: CqlRequest[];
  isCrashed(): boolean;
  /** Delivers what was held back or comes twice; again each time. */
  deliverLate(): Promise<void>;
}

export const timeOut = () => new UnknownOutcome('a time-out, injected');

/** Stands between a store and the engine; `fault` is asked for every request. */
export function faultySession(
  session: CqlSession,
  fault: (request: CqlRequest, index: number) => Fault | undefined | Promise<Fault | undefined>,
): FaultySession {
  const requests: CqlRequest[] = [];
  const late: CqlRequest[] = [];
  let crashed = false;
  const crash = () => {
    crashed = true;
    return new Error('the process is gone');
  };
  const run = async (request: CqlRequest): Promise<CqlAnswer> => {
    if (crashed) throw crash();
    requests.push(request);
    switch (await fault(request, requests.length - 1)) {
      case 'lost':
        throw timeOut();
      case 'late':
        late.push(request);
        throw timeOut();
      case 'unheard':
        await session.run(request);
        throw timeOut();
      case 'twice':
        late.push(request);
        return session.run(request);
      case 'crash-before':
        throw crash();
      case 'crash-after':
        crash();
        await session.run(request);
        throw crash();
      default:
        return session.run(request);
    }
  };
  return {
    run,
    requests,
    isCrashed: () => crashed,
    async deliverLate() {
      for (const request of [...late]) await session.run(request);
    },
  };
}
