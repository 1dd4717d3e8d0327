/** What is read of the playlist of one rung. */
export interface RungPlaylist {
  init: string;
  segments: { file: string; seconds: number }[];
  targetSeconds: number;
  isWhole: boolean;
}

export function parseRungPlaylist(text: string): RungPlaylist {
  const lines = text.split('\n').map((line) => line.trim());
  const segments: RungPlaylist['segments'] = [];
  let seconds = 0;
  for (const line of lines) {
    if (line.startsWith('#EXTINF:')) seconds = Number.parseFloat(line.slice(8));
    else if (line !== '' && !line.startsWith('#')) segments.push({ file: line, seconds });
  }
  return {
    init: /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1] ?? '',
    segments,
    targetSeconds: Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1] ?? 0),
    isWhole: lines.includes('#EXT-X-ENDLIST'),
  };
}

export interface MainEntry {
  playlist: string;
  width: number;
  height: number;
  codecs: string;
  /** Of the largest segment. */
  peakBitsPerSecond: number;
  meanBitsPerSecond: number;
  framesPerSecond: number;
}

/** The playlist to give to a player. */
export function mainPlaylist(entries: readonly MainEntry[]): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const entry of entries) {
    const attributes = [
      `BANDWIDTH=${entry.peakBitsPerSecond}`,
      `AVERAGE-BANDWIDTH=${entry.meanBitsPerSecond}`,
      `RESOLUTION=${entry.width}x${entry.height}`,
      `FRAME-RATE=${entry.framesPerSecond.toFixed(3)}`,
      `CODECS="${entry.codecs}"`,
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(',')}`, entry.playlist);
  }
  return `${lines.join('\n')}\n`;
}
