import { BlobsError, type Part, partBytesMin, partsMax } from './blobs.ts';

/** Throws `mismatch` unless the parts named are among those stored, in rising order, and large enough. */
export function checkParts(named: readonly Part[], stored: ReadonlyMap<number, Part>): void {
  const fail = (why: string): never => {
    throw new BlobsError('mismatch', why);
  };
  if (named.length === 0) fail('An upload has at least one part.');
  named.forEach((part, index) => {
    const found = stored.get(part.number);
    if (index > 0 && part.number <= named[index - 1]!.number) fail('The parts are not in rising order.');
    if (!found || found.tag !== part.tag) fail(`Part ${part.number} is not stored as it was named.`);
    if (index < named.length - 1 && found!.sizeBytes < partBytesMin)
      fail(`Part ${part.number} is too small.`);
  });
}

/** Throws TypeError for a number that no part can have. */
export function checkedPartNumber(number: number): number {
  if (!Number.isInteger(number) || number < 1 || number > partsMax) {
    throw new TypeError(`${number} is no part's number`);
  }
  return number;
}
