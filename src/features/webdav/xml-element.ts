/** An element as it was read: names with their namespaces, whatever prefixes were used. */
export interface XmlElement {
  uri: string;
  local: string;
  attributes: readonly { uri: string; local: string; value: string }[];
  children: (XmlElement | string)[];
}

export const davUri = 'DAV:';
const xmlUri = 'http://www.w3.org/XML/1998/namespace';

/** A property's name as one text. */
export const keyOf = ({ uri, local }: { uri: string; local: string }): string => `{${uri}}${local}`;

export const elementsIn = (element: XmlElement | undefined): XmlElement[] =>
  element?.children.filter((child) => typeof child !== 'string') ?? [];

/** The children that the standard knows by that name. */
export const davChildren = (element: XmlElement | undefined, local: string): XmlElement[] =>
  elementsIn(element).filter((child) => child.uri === davUri && child.local === local);

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
export const escapeXml = (text: string): string => text.replace(/[&<>"\r]/g, (letter) => escapes[letter]!);

/** An element of any name around XML. `D` stands for `DAV:` in everything that is answered. */
export function wrap(
  { uri, local, attributes = [] }: Pick<XmlElement, 'uri' | 'local'> & Partial<XmlElement>,
  inner: string,
): string {
  const [name, declared] = nameAs(uri, local);
  const given = attributes.map((each, i) => attributeText(each, i)).join('');
  return inner === '' ? `<${name}${declared}${given}/>` : `<${name}${declared}${given}>${inner}</${name}>`;
}

function nameAs(uri: string, local: string): [name: string, declared: string] {
  if (uri === davUri) return [`D:${local}`, ''];
  if (uri === '') return [local, ''];
  // No other prefix may stand for this one.
  if (uri === xmlUri) return [`xml:${local}`, ''];
  return [`n:${local}`, ` xmlns:n="${escapeXml(uri)}"`];
}

function attributeText({ uri, local, value }: XmlElement['attributes'][number], i: number): string {
  const text = `="${escapeXml(value).replace(/[\n\t]/g, (letter) => `&#${letter.charCodeAt(0)};`)}"`;
  if (uri === '') return ` ${local}${text}`;
  if (uri === xmlUri) return ` xml:${local}${text}`;
  return ` a${i}:${local}${text} xmlns:a${i}="${escapeXml(uri)}"`;
}

/** An element as XML that means the same wherever `D` stands for `DAV:`. */
export function elementText(element: XmlElement): string {
  return wrap(element, innerText(element));
}

export const innerText = ({ children }: XmlElement): string =>
  children.map((child) => (typeof child === 'string' ? escapeXml(child) : elementText(child))).join('');
