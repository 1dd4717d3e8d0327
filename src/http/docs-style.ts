/** The reference page's style. Colours hold 4.5:1 against their ground in both schemes. */
export const docsStyle = `
:root { color-scheme: light dark; --ground: #fdfdfb; --raised: #f3f3ee; --ink: #1d1f23; --faint: #5a5f68; --line: #dcdcd4; --accent: #1a56b8;
  --good: #1c6b3a; --change: #8a4b00; --bad: #a3242b; }
@media (prefers-color-scheme: dark) { :root { --ground: #15171a; --raised: #1e2126; --ink: #e8e8e4; --faint: #a4a9b2; --line: #33373e; --accent: #8db8ff;
  --good: #7fd19b; --change: #efb465; --bad: #ff9a9a; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem 1rem; z-index: 1; }
nav { padding: 1rem; border-bottom: 1px solid var(--line); }
nav .brand { font-size: 1.25rem; font-weight: 650; margin: 0 0 .5rem; }
nav .brand a { color: inherit; text-decoration: none; }
nav ul { list-style: none; margin: 0 0 .5rem; padding: 0; }
nav li a { display: block; padding: .3rem .4rem; text-decoration: none; overflow-wrap: anywhere; font-size: .875rem; color: var(--ink); border-radius: 4px; }
nav li a:hover { background: var(--raised); }
summary { cursor: pointer; padding: .35rem 0; }
main { padding: 1rem; max-width: 52rem; margin: 0 auto; }
main:focus { outline: none; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.4rem; margin: 2.5rem 0 .5rem; padding-bottom: .25rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: var(--faint); margin: 1.1rem 0 .3rem; }
article { padding: 1.25rem 0; border-bottom: 1px solid var(--line); }
.summary { margin: 0 0 .25rem; }
.meta { color: var(--faint); font-size: .9rem; margin: 0 0 .5rem; }
.answer { margin: .15rem 0; }
.method { display: inline-block; min-width: 4.2em; font: 650 .75rem/1.6 ui-monospace, monospace; color: var(--accent); }
.method.post, .method.put, .method.patch { color: var(--change); }
.method.delete { color: var(--bad); }
.status { font: 650 .85rem ui-monospace, monospace; color: var(--bad); }
.status.s2 { color: var(--good); }
.required { font-size: .75rem; color: var(--change); font-weight: 400; }
.type { color: var(--faint); }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--raised); padding: .75rem; border-radius: 6px; overflow-x: auto; margin: .3rem 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-top: 1px solid var(--line); }
th[scope=row] { font-weight: 400; width: 38%; overflow-wrap: anywhere; }
thead th { font-size: .8rem; color: var(--faint); font-weight: 400; border: 0; }
tr:target { background: var(--raised); }
@media (min-width: 62rem) {
  body { display: grid; grid-template-columns: 19rem 1fr; }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-bottom: 0; border-right: 1px solid var(--line); }
  main { padding: 1.5rem 2.5rem 4rem; width: 100%; }
}
@media (max-width: 34rem) { th[scope=row], td { display: block; width: auto; } td { border: 0; padding-top: 0; } thead { display: none; } }
@media print { nav { display: none; } }
`;
