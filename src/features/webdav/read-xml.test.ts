import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readXml } from './read-xml.ts';
import { elementText, innerText } from './xml-element.ts';

const read = (text: string) => readXml(Buffer.from(text));

test('DAV-11: names come with their namespaces, and are written so that they mean the same', () => {
  const text =
    '<?xml version="1.0" encoding="UTF-8"?><a xmlns="urn:x" xmlns:b="urn:y"><b:c b:k="1&amp;&lt;&quot;" xml:lang="de">ä&#x1F642;]]&gt;<![CDATA[<&>]]></b:c><d xmlns=""/>&#13;</a>';
  const root = read(text)!;
  assert.deepEqual([root.uri, root.local], ['urn:x', 'a']);
  const again = read(elementText(root));
  const plain = (element: typeof root | undefined): unknown =>
    element && {
      name: [element.uri, element.local],
      attributes: element.attributes,
      text: element.children.filter((child) => typeof child === 'string').join(''),
      elements: element.children.flatMap((child) => (typeof child === 'string' ? [] : [plain(child)])),
    };
  assert.deepEqual(plain(again), plain(root));
  assert.equal(innerText(read('<a> x <b/></a>')!), ' x <b/>');
  assert.equal(readXml(new Uint8Array()), undefined);
});

test('DAV-11: what is not well-formed, too much, or opens anything is refused', () => {
  const laughs = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]><a>&b;</a>`;
  const hostile = [
    laughs,
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]><a/>',
    '<a>&b;</a>',
    '<a>&#0;</a>',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    'text',
    '<a xmlns:b=""/>',
    '<b:a/>',
    '<a k="1" k="2"/>',
    '<?xml version="1.0" encoding="utf-16"?><a/>',
    '<a>'.repeat(33) + '</a>'.repeat(33),
    `<a>${'<b/>'.repeat(2001)}</a>`,
    `<a ${Array.from({ length: 40 }, (_, i) => `k${i}=""`).join(' ')}/>`,
  ];
  for (const text of hostile) assert.throws(() => read(text), { status: 400 }, text.slice(0, 60));
  assert.throws(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff])), { status: 400 });
});
