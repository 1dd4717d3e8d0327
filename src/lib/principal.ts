import type { Id } from './ids.ts';

/** Who is asking. */
export interface Principal {
  userId: Id;
  isAdmin: boolean;
  /** The session or app password that vouches; null inside the program. */
  credentialId: string | null;
}

/** Somebody for whom the program itself looks or acts: as them, and with no more rights than they have. */
export const onBehalfOf = (userId: Id): Principal => ({ userId, isAdmin: false, credentialId: null });

/** What a request with an Idempotency-Key brings: who sent it, the key, and a digest of its body. */
export interface IdempotencyClaim {
  /** The account, or `anonymous` for a registration. */
  userId: string;
  key: string;
  bodyHash: string;
}
