/** Files that are made to hurt: each is refused, or gives a picture like any other and takes nothing along. */
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { MediaFailure } from '../../../ports/media-tools/media-tools.ts';
import {
  deepBoxes,
  gifClaiming,
  heifClaiming,
  jpegClaiming,
  manyFrames,
  noise,
  outsideReference,
  pngClaiming,
  readBack,
  scrambled,
  stretched,
  textBomb,
  tiffClaiming,
  webpClaiming,
  withChunk,
  withFrameSize,
  withSampleCount,
} from './hostile-bytes.ts';
import { animatedGif, heicFile, orientedJpeg, u32, withSegments, write } from './sample-images.ts';
import { makeSampleVideo } from './sample-videos.ts';

export interface HostileFile {
  name: string;
  file: string;
  /** What may come of it: failures, or `shown` where a clean result is as good. */
  expected: readonly (MediaFailure | 'shown')[];
}

type Expected = HostileFile['expected'];
const refused: Expected = ['unsupported', 'damaged'];
const broken: Expected = ['damaged'];
const huge: Expected = ['too-big', 'damaged'];

const script = '<script>alert(document.cookie)</script>';
const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${script}<image href="file:///etc/passwd"/></svg>`;

export async function makeHostileFiles(folder: string): Promise<HostileFile[]> {
  const found: HostileFile[] = [];
  const add = (name: string, data: Buffer | string, expected: Expected) =>
    found.push({ name, file: write(join(folder, name), Buffer.from(data as string)), expected });

  addStrangers(add);
  await addImages(add);
  await addPolyglots(add);
  await addBombs(add);
  await addHeics(add, folder);
  addVideos(add, folder);
  return found;
}

type Add = (name: string, data: Buffer | string, expected: Expected) => unknown;

/** What is no picture at all, whatever its name says. */
function addStrangers(add: Add): void {
  add('empty.jpg', '', broken);
  add('one-byte.png', '\x89', refused);
  add('svg.jpg', svg, ['unsupported']);
  add('svg-late.png', `${' '.repeat(5000)}${svg}`, ['unsupported']);
  add('svgz.jpg', Buffer.from('1f8b0800', 'hex'), ['unsupported']);
  add('html.jpg', `<!doctype html>${script}`, ['unsupported']);
  add('php.gif', '<?php system($_GET["c"]); ?>', ['unsupported']);
  add('pdf.jpg', '%PDF-1.7\n1 0 obj << /JS (app.alert(1)) >> endobj', ['unsupported']);
  add('postscript.jpg', '%!PS-Adobe-3.0\n(%pipe%id) (r) file', ['unsupported']);
  add('imagemagick.jpg', "push graphic-context\nfill 'url(https://127.0.0.1/|id)'\npop graphic-context", [
    'unsupported',
  ]);
  add('zip.jpg', Buffer.from('504b0304140000000800', 'hex'), ['unsupported']);
  add('elf.png', Buffer.from('7f454c4602010100', 'hex'), ['unsupported']);
  add('text.mp4', 'just some words', ['unsupported']);
  add('playlist.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n', ['unsupported']);
  add('concat.mp4', "ffconcat version 1.0\nfile '/etc/passwd'\n", ['unsupported']);
  add('xbm.jpg', '#define a_width 9\n#define a_height 9\nstatic char a_bits[] = {0};', ['unsupported']);
  add('bmp.jpg', Buffer.from(`424d${'00'.repeat(60)}`, 'hex'), ['unsupported']);
  add('exr.jpg', Buffer.from('762f3101020000', 'hex'), ['unsupported']);
  add('jxl.jpg', Buffer.from('ff0a0000', 'hex'), ['unsupported']);
  add('zeros.mp4', Buffer.alloc(100_000), ['unsupported']);
  add('random.jpg', noise(50_000), ['unsupported']);
}

async function addImages(add: Add): Promise<void> {
  const jpeg = await orientedJpeg(1);
  const kinds = {
    jpg: jpeg,
    png: await sharp(jpeg).png().toBuffer(),
    webp: await sharp(jpeg).webp().toBuffer(),
    avif: await sharp(jpeg).avif({ effort: 0 }).toBuffer(),
    gif: await sharp(jpeg).gif().toBuffer(),
    tiff: await sharp(jpeg).tiff({ compression: 'lzw' }).toBuffer(),
  };
  for (const [ending, data] of Object.entries(kinds)) {
    add(`signature-only.${ending}`, data.subarray(0, 12), refused);
    add(`cut-at-a-tenth.${ending}`, data.subarray(0, data.length / 10), [...broken, 'shown']);
    add(`cut-in-half.${ending}`, data.subarray(0, data.length / 2), [...broken, 'shown']);
    add(`scrambled.${ending}`, scrambled(data), [...broken, 'shown', 'too-big', 'unsupported']);
  }
  add('wrong-name.png', kinds.webp, ['shown']);
  add('noise-in-jpeg.jpg', Buffer.concat([jpeg.subarray(0, 700), noise(20_000)]), [...broken, 'shown']);
}

/** Pictures that are something else as well: what is made of them is a picture and no more. */
async function addPolyglots(add: Add): Promise<void> {
  const jpeg = await orientedJpeg(1);
  const png = await sharp(jpeg).png().toBuffer();
  const gif = await sharp(jpeg).gif().toBuffer();
  add('html-in-comment.jpg', withSegments(jpeg, [[0xfe, Buffer.from(`${script}PAYLOAD`)]]), ['shown']);
  add('html-behind.jpg', Buffer.concat([jpeg, Buffer.from(`${script}PAYLOAD`)]), ['shown']);
  add('zip-behind.png', Buffer.concat([png, Buffer.from('PK\x03\x04PAYLOAD')]), ['shown']);
  add('php-in-text.png', withChunk(png, 'tEXt', Buffer.from('Comment\0<?php PAYLOAD ?>')), ['shown']);
  add('script-behind.gif', Buffer.concat([gif, Buffer.from('*/=1;alert("PAYLOAD")//')]), ['shown']);
  const profile = noise(400_000);
  add(
    'false-profile.png',
    withChunk(png, 'iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(profile)])),
    ['shown', ...broken],
  );
}

/** Small files that claim or unfold to much. */
async function addBombs(add: Add): Promise<void> {
  add('50k-by-50k.png', pngClaiming(50_000, 50_000, 50_000), huge);
  add('largest-sides.png', pngClaiming(0x7fffffff, 0x7fffffff, 10), huge);
  add('no-sides.png', pngClaiming(0, 0, 10), huge);
  add('9k-by-9k-of-nothing.png', pngClaiming(9_000, 9_000, 9_000), huge);
  add('text-bomb.png', withChunk(pngClaiming(9, 9, 9), 'zTXt', textBomb()), ['shown', ...broken]);
  add('65k-by-65k.jpg', await jpegClaiming(65_500, 65_500), huge);
  add('65k-by-65k.gif', gifClaiming(65_535, 65_535), [...huge, 'shown']);
  add('16k-by-16k.webp', await webpClaiming(16_383, 16_383), huge);
  add('40k-by-40k.tiff', tiffClaiming(40_000, 40_000), huge);
  add('3000-frames.gif', await animatedGif(4, 4, 3_000, 20), huge);
  add(
    'frames-of-much.gif',
    manyFrames(
      await sharp(await orientedJpeg(1, 2000, 2000))
        .gif({ effort: 1, colours: 2 })
        .toBuffer(),
      400,
    ),
    huge,
  );
  add('endless-ifd.tiff', Buffer.from(`49492a0008000000${'0000'}08000000`, 'hex'), broken);
  add(
    '100k-by-100k.avif',
    heifClaiming(
      await sharp(await orientedJpeg(1))
        .avif({ effort: 0 })
        .toBuffer(),
      100_000,
    ),
    huge,
  );
}

async function addHeics(add: Add, folder: string): Promise<void> {
  const heic = heicFile(join(folder, 'heic-source.mp4'));
  add('cut-in-half.heic', heic.subarray(0, heic.length / 2), [...broken, 'shown']);
  add('head-only.heic', heic.subarray(0, 200), broken);
  add('100k-by-100k.heic', heifClaiming(heic, 100_000), huge);
  add('scrambled.heic', scrambled(heic), [...broken, 'shown', 'too-big', 'unsupported']);
}

function addVideos(add: Add, folder: string): void {
  const at = (name: string) => join(folder, name);
  const source = at('video-source.mp4');
  makeSampleVideo({ file: source, seconds: 1, width: 160, height: 120, options: { movflags: '+faststart' } });
  const mp4 = readBack(source);
  add('ftyp-only.mp4', mp4.subarray(0, 32), broken);
  add('cut-in-header.mp4', mp4.subarray(0, 600), broken);
  add('cut-in-half.mp4', mp4.subarray(0, mp4.length / 2), [...broken, 'shown']);
  add('scrambled.mp4', scrambled(mp4), [...broken, 'shown', 'too-big', 'too-long', 'unsupported']);
  add('ten-hours.mp4', stretched(mp4, 36_000), ['too-long']);
  add('frame-of-65k-by-65k.mp4', withFrameSize(mp4, 65_535, 65_535), [...huge, 'shown']);
  add('billion-samples.mp4', withSampleCount(mp4, 1_000_000_000), [
    ...broken,
    'shown',
    'too-long',
    'out-of-memory',
  ]);
  add('deep-boxes.mp4', deepBoxes(), refused);
  add('endless-box.mp4', Buffer.concat([mp4.subarray(0, 32), u32(0xffffffff), Buffer.from('moov')]), refused);
  makeSampleVideo({ file: at('sound-only.mp4'), seconds: 1, hasPictures: false });
  add('sound-only.mp4', readBack(at('sound-only.mp4')), ['unsupported']);
  add('outside-reference.mov', outsideReference(mp4), [...refused, 'shown']);
  for (const [name, codec] of [
    ['video.webm', 'libvpx-vp9'],
    ['video.avi', 'mpeg4'],
    ['video.ts', 'libx264'],
  ] as const) {
    const soundCodec = name.endsWith('webm') ? 'libopus' : 'aac';
    makeSampleVideo({
      file: at(name),
      seconds: 1,
      width: 160,
      height: 120,
      codec,
      soundCodec,
      metadata: {},
      ...(codec === 'libvpx-vp9' ? { encoder: { deadline: 'realtime', 'cpu-used': '8' } } : {}),
    });
    const data = readBack(at(name));
    add(`cut-${name}`, data.subarray(0, data.length / 2), [...broken, 'shown']);
    add(`scrambled-${name}`, scrambled(data), [...broken, 'shown', 'too-big', 'too-long', 'unsupported']);
  }
}
