import { Refusal, type RefusalCode } from '../../lib/refusal.ts';

/** A condition of RFC 4918 (section 16) or RFC 4331 that did not hold, as it is named to clients. */
export type DavCondition =
  | 'lock-token-matches-request-uri'
  | 'lock-token-submitted'
  | 'no-conflicting-lock'
  | 'propfind-finite-depth'
  | 'cannot-modify-protected-property'
  | 'quota-not-exceeded';

const codes: Readonly<Record<number, RefusalCode>> = {
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  412: 'precondition-failed',
  413: 'too-large',
};

/** A refusal with a status of WebDAV's own, for which the rest of the interface has no code. */
export class DavRefusal extends Refusal {
  readonly status: number;
  readonly condition: DavCondition | undefined;
  /** Where it did not hold. */
  readonly href: string | undefined;
  constructor(status: number, message: string, condition?: DavCondition, href?: string) {
    super(codes[status] ?? 'invalid', message);
    this.status = status;
    this.condition = condition;
    this.href = href;
  }
}

export const badRequest = (message: string) => new DavRefusal(400, message);

/** A request that did something and failed at something else: which is said where it failed. */
export class PartlyDone extends Error {
  readonly href: string;
  /** Why, as it would have been refused by itself. */
  readonly error: unknown;
  constructor(href: string, error: unknown) {
    super('partly done', { cause: error });
    this.href = href;
    this.error = error;
  }
}
