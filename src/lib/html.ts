/** HTML that was escaped where it had to be. Only the template below makes it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What XML 1.0 cannot hold, in whichever way it is written. */
const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** For text and for attributes in quotes, of HTML and XML. */
export const escaped = (text: string): string =>
  text.replace(notInXml, '').replace(/[&<>"']/g, (each) => escapes[each]!);

const written = (part: Part): string => {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(written).join('');
  return part === null || part === undefined || part === false ? '' : escaped(String(part));
};

/** Escapes whatever is put in, unless it is `Html`; null, undefined and false are nothing. Attributes stand in quotes. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  let text = texts[0]!;
  for (const [i, part] of parts.entries()) text += written(part) + texts[i + 1]!;
  return new Html(text);
}
