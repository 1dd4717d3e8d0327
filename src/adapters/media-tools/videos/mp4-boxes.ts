/** Boxes of the ISO base media format: what HLS segments, MP4, AVIF and HEIC files are made of. */
export interface Box {
  type: string;
  /** What follows the box's own size and type. */
  body: Buffer;
}

export function boxesOf(data: Buffer): Box[] {
  const found: Box[] = [];
  let at = 0;
  while (at + 8 <= data.length) {
    const declared = data.readUInt32BE(at);
    const type = data.toString('latin1', at + 4, at + 8);
    const isLarge = declared === 1 && at + 16 <= data.length;
    const head = isLarge ? 16 : 8;
    const size = isLarge
      ? Number(data.readBigUInt64BE(at + 8))
      : declared === 0
        ? data.length - at
        : declared;
    if (size < head || at + size > data.length) break;
    found.push({ type, body: data.subarray(at + head, at + size) });
    at += size;
  }
  return found;
}

/** Bytes before the first child, where a box has some. */
const childrenAt: Readonly<Record<string, number>> = { stsd: 8, avc1: 78, mp4a: 28, meta: 4 };

/** The bodies of all boxes at this path. */
export function boxesAt(data: Buffer, [type, ...rest]: readonly string[]): Buffer[] {
  const here = boxesOf(data).filter((box) => box.type === type);
  if (rest.length === 0) return here.map(({ body }) => body);
  return here.flatMap(({ body }) => boxesAt(body.subarray(childrenAt[type!] ?? 0), rest));
}

/** The CODECS attribute of a playlist, such as `avc1.64001f,mp4a.40.2`, from an initialisation segment. */
export function codecsOf(initSegment: Buffer): string {
  const entries = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
  const codecs: string[] = [];
  for (const avcC of boxesAt(initSegment, [...entries, 'avc1', 'avcC']))
    codecs.push(`avc1.${avcC.subarray(1, 4).toString('hex')}`);
  // Ours is always AAC-LC.
  if (boxesAt(initSegment, [...entries, 'mp4a']).length > 0) codecs.push('mp4a.40.2');
  return codecs.join(',');
}
