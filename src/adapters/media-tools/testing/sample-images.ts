/** Real pictures of the kinds that people upload, made when needed. For tests and benchmarks. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { boxesAt, boxesOf } from '../videos/mp4-boxes.ts';
import { makeSampleVideo } from './sample-videos.ts';

export const colours = {
  topLeft: [220, 30, 30],
  topRight: [30, 200, 30],
  bottomLeft: [30, 30, 220],
  bottomRight: [240, 240, 240],
} as const;

/** Four fields of one colour each: shows which way is up, and what became of the colours. */
export async function fourFields(width: number, height: number): Promise<Buffer> {
  const field = ([r, g, b]: readonly [number, number, number]) =>
    ({
      create: { width: width / 2, height: height / 2, channels: 3 as const, background: { r, g, b } },
    }) as const;
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite([
      { input: field(colours.topLeft), left: 0, top: 0 },
      { input: field(colours.topRight), left: width / 2, top: 0 },
      { input: field(colours.bottomLeft), left: 0, top: height / 2 },
      { input: field(colours.bottomRight), left: width / 2, top: height / 2 },
    ])
    .png()
    .toBuffer();
}

/** A picture that costs about what a photograph does: soft shapes with grain, from a fixed seed. */
export async function photoLike(width: number, height: number): Promise<Sharp> {
  const w = Math.ceil(width / 8);
  const h = Math.ceil(height / 8);
  const pixels = Buffer.alloc(w * h * 3);
  let state = 42;
  for (let at = 0; at < pixels.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const x = (at / 3) % w;
    const y = at / 3 / w;
    const wave = 100 + 60 * Math.sin(x / 23 + (at % 3)) + 50 * Math.cos(y / 17);
    pixels[at] = Math.max(0, Math.min(255, wave + ((state >>> 24) - 128) / 5));
  }
  const raw = { width: w, height: h, channels: 3 as const };
  return sharp(pixels, { raw, limitInputPixels: false }).resize(width, height, { fit: 'fill' });
}

/** How what is shown is stored, for a given orientation in EXIF. */
async function storedAs(shown: Buffer, orientation: number): Promise<Buffer> {
  const steps: Record<number, ((image: Sharp) => Sharp)[]> = {
    1: [],
    2: [(image) => image.flop()],
    3: [(image) => image.rotate(180)],
    4: [(image) => image.flip()],
    5: [(image) => image.rotate(90), (image) => image.flop()],
    6: [(image) => image.rotate(270)],
    7: [(image) => image.rotate(270), (image) => image.flop()],
    8: [(image) => image.rotate(90)],
  };
  let stored = shown;
  for (const step of steps[orientation]!) stored = await step(sharp(stored)).png().toBuffer();
  return stored;
}

/** Words and numbers that tell of a person or place; put into files here, looked for in what is made of them. */
export const tellTales = ['Telltale', '48.8577', 'GPSLatitude', 'Exif', 'ns.adobe.com', 'photoshop', '8BIM'];

const xmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48.8577N" exif:GPSLongitude="2.295E"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
const exif = {
  IFD0: { Make: 'TelltaleMake', Model: 'TelltaleModel', ImageDescription: 'Telltale', Artist: 'Telltale' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '48/1 51/1 2772/100',
    GPSLongitudeRef: 'E',
    GPSLongitude: '2/1 17/1 42/1',
  },
};

/** With everything that a camera and an editor may add. */
export const withTales = (image: Sharp, orientation = 1): Sharp =>
  image.withExif(exif).withXmp(xmp).withMetadata({ orientation });

export async function orientedJpeg(orientation: number, width = 640, height = 480): Promise<Buffer> {
  const stored = await storedAs(await fourFields(width, height), orientation);
  const jpeg = await withTales(sharp(stored), orientation).jpeg({ quality: 95 }).toBuffer();
  return withSegments(jpeg, [
    [0xfe, Buffer.from('Telltale Comment 48.8577')],
    [0xed, Buffer.from('Photoshop 3.0\0' + '8BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x78\0\x08Telltale')],
  ]);
}

/** Puts segments behind the start of a JPEG. */
export function withSegments(jpeg: Buffer, segments: readonly [marker: number, body: Buffer][]): Buffer {
  const made = segments.map(([marker, body]) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...made, jpeg.subarray(2)]);
}

/** Frames of different greys. */
export async function animatedGif(
  width: number,
  height: number,
  frames: number,
  delayMs = 80,
): Promise<Buffer> {
  const raw = Buffer.alloc(width * height * 3 * frames);
  for (let frame = 0; frame < frames; frame++)
    raw.fill((frame * 37) & 255, frame * width * height * 3, (frame + 1) * width * height * 3);
  return sharp(raw, { raw: { width, height: height * frames, channels: 3, pageHeight: height } })
    .gif({ delay: Array<number>(frames).fill(delayMs), loop: 0, effort: 1 })
    .toBuffer();
}

/**
 * A HEIC file: one HEVC picture of FFmpeg's test pattern in the boxes of HEIF, with a colour profile and EXIF where
 * wanted. `turns` are quarter turns against the clock, as the format has them.
 */
export function heicFile(
  tempFile: string,
  {
    width = 320,
    height = 240,
    turns = 0,
    icc,
  }: { width?: number; height?: number; turns?: 0 | 1 | 2 | 3; icc?: Buffer } = {},
): Buffer {
  const encoder = {
    preset: 'ultrafast',
    'x265-params': 'log-level=none:pools=none:frame-threads=1:bframes=0',
  };
  makeSampleVideo({
    file: tempFile,
    seconds: 1,
    rate: 1,
    width,
    height,
    codec: 'libx265',
    hasSound: false,
    encoder,
  });
  const video = readFileSync(tempFile);
  rmSync(tempFile);
  const stbl = ['moov', 'trak', 'mdia', 'minf', 'stbl'];
  const entry = boxesAt(video, [...stbl, 'stsd'])[0]!.subarray(8);
  const hvcC = boxesOf(boxesOf(entry)[0]!.body.subarray(78)).find(({ type }) => type === 'hvcC')!.body;
  const picture = boxesOf(video).find(({ type }) => type === 'mdat')!.body;
  const exifItem = Buffer.concat([
    Buffer.from([0, 0, 0, 6]),
    Buffer.from('Exif\0\0Telltale GPSLatitude 48.8577'),
  ]);
  const properties = [
    box('hvcC', hvcC),
    full('ispe', 0, u32(width), u32(height)),
    ...(turns ? [box('irot', Buffer.from([turns]))] : []),
    ...(icc ? [box('colr', Buffer.from('prof'), icc)] : []),
  ];
  const associations = Buffer.from(properties.map((_, index) => (index + 1) | (index === 0 ? 0x80 : 0)));
  const ftyp = box('ftyp', Buffer.from('heic'), u32(0), Buffer.from('mif1heic'));
  const metaOf = (pictureAt: number) =>
    full(
      'meta',
      0,
      full('hdlr', 0, u32(0), Buffer.from('pict'), Buffer.alloc(13)),
      full('pitm', 0, u16(1)),
      full(
        'iloc',
        0,
        Buffer.from([0x44, 0x00]),
        u16(2),
        ...[u16(1), u16(0), u16(1), u32(pictureAt), u32(picture.length)],
        ...[u16(2), u16(0), u16(1), u32(pictureAt + picture.length), u32(exifItem.length)],
      ),
      full(
        'iinf',
        0,
        u16(2),
        full('infe', 2, u16(1), u16(0), Buffer.from('hvc1\0')),
        full('infe', 2, u16(2), u16(0), Buffer.from('Exif\0')),
      ),
      full('iref', 0, box('cdsc', u16(2), u16(1), u16(1))),
      box(
        'iprp',
        box('ipco', ...properties),
        full('ipma', 0, u32(1), u16(1), Buffer.from([properties.length]), associations),
      ),
    );
  const dataAt = ftyp.length + metaOf(0).length + 8;
  return Buffer.concat([ftyp, metaOf(dataAt), box('mdat', picture, exifItem)]);
}

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
export function u32(value: number): Buffer {
  const made = Buffer.alloc(4);
  made.writeUInt32BE(value);
  return made;
}

/** A box of the ISO base media format. */
export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}
/** One with a version and flags. */
export const full = (type: string, version: number, ...parts: readonly Buffer[]): Buffer =>
  box(type, Buffer.from([version, 0, 0, 0]), ...parts);

export const write = (file: string, data: Buffer): string => {
  writeFileSync(file, data);
  return file;
};
