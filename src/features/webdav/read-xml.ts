import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import { badRequest } from './dav-refusal.ts';
import type { XmlElement } from './xml-element.ts';

export const xmlBytesMax = 64 * 1024;
const depthMax = 32;
const elementsMax = 2000;
const attributesMax = 32;
const namespacesUri = 'http://www.w3.org/2000/xmlns/';

/**
 * The root of a document; undefined where there is none. Well-formed UTF-8 and nothing less: a document type is
 * refused, so there are no entities beside the five of XML, and nothing is ever fetched.
 */
export function readXml(bytes: Uint8Array): XmlElement | undefined {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw badRequest('The body is not valid UTF-8.');
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const { parser, root } = building();
  try {
    parser.write(text).close();
  } catch (error) {
    throw badRequest(`The body is no XML that is read here: ${(error as Error).message}`);
  }
  return root();
}

class Unreadable extends Error {}

/** A parser that builds what it reads, and stops at the first thing that is wrong or too much. */
function building(): { parser: SaxesParser<{ xmlns: true }>; root: () => XmlElement | undefined } {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  const stop = (why: string) => {
    throw new Unreadable(why);
  };
  const addText = (text: string) => {
    open.at(-1)?.children.push(text);
  };
  parser.on('error', (error) => stop(error.message));
  parser.on('doctype', () => stop('a document type'));
  parser.on('xmldecl', ({ version, encoding }) => {
    // Newer ones have characters that could not be given back in an answer.
    if (version !== undefined && version !== '1.0') stop('another version than 1.0');
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') stop('another encoding than UTF-8');
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (++count > elementsMax || open.length >= depthMax) stop('too many elements');
    const given = Object.values(attributes);
    if (given.length > attributesMax) stop('too many attributes');
    const element: XmlElement = {
      uri,
      local,
      attributes: given
        .filter((each) => each.uri !== namespacesUri)
        .map((each) => ({ uri: each.uri, local: each.local, value: each.value })),
      children: [],
    };
    if (open.length > 0) open.at(-1)!.children.push(element);
    else root = element;
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  return { parser, root: () => root };
}
