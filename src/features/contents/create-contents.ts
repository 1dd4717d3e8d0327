import { type CollectSteps, createCollector } from './collect.ts';
import { endUseWrites, holdContent, useWrites } from './content-uses.ts';
import type { Contents } from './contents.ts';
import type { ContentsContext, ContentsDeps } from './context.ts';
import { makeFromChunks, missingChunks, putChunk } from './named-chunks.ts';
import { describeContents, openContent } from './open-content.ts';
import { createScrub, type Scrub } from './scrub.ts';
import { placeContent, storeContent } from './store-content.ts';
import { createUploadMemory } from './upload-memory.ts';
import { abortUpload, appendToUpload, beginUpload, findUpload, sealUpload } from './upload-sessions.ts';
import { createVerifier, verifyWaiting } from './verify-contents.ts';

/** Contents, and the work that keeps them sound. */
export interface ContentsFeature extends Contents {
  collector: CollectSteps;
  scrub: Scrub;
  /** What waits for its checksum; answers how many did. The process that made it sees to it by itself, unless it died. */
  verifyWaiting(): Promise<number>;
  close(): Promise<void>;
}

export function createContents(deps: ContentsDeps): ContentsFeature {
  const verifier = createVerifier(() => verifyWaiting(context), deps.report);
  const context: ContentsContext = {
    ...deps,
    memory: createUploadMemory(deps.clock),
    pokeVerifier: () => verifier.poke(),
  };
  return {
    store: (...args) => storeContent(context, ...args),
    place: (...args) => placeContent(context, ...args),
    describe: (...args) => describeContents(context, ...args),
    open: (...args) => openContent(context, ...args),
    hold: (...args) => holdContent(context, ...args),
    useWrites,
    endUseWrites,
    missing: (...args) => missingChunks(context, ...args),
    putChunk: (...args) => putChunk(context, ...args),
    fromChunks: (...args) => makeFromChunks(context, ...args),
    begin: (...args) => beginUpload(context, ...args),
    session: (...args) => findUpload(context, ...args),
    append: (...args) => appendToUpload(context, ...args),
    seal: (...args) => sealUpload(context, ...args),
    abort: (...args) => abortUpload(context, ...args),
    collector: createCollector(context),
    scrub: createScrub(context),
    verifyWaiting: () => verifyWaiting(context),
    async close() {
      await verifier.close();
      await context.memory.checksums.close();
    },
  };
}
