import { createHash } from 'node:crypto';

/** Of the pages of links: readable anywhere, nothing fetched for it. */
export const pageStyle = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:46rem;padding:2rem 1rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}
ul{list-style:none;padding:0;margin:1rem 0}
li{display:flex;gap:1rem;justify-content:space-between;padding:.6rem 0;border-bottom:1px solid #8884}
li a{overflow-wrap:anywhere;flex:1}
li{align-items:center}
img{max-width:100%;border-radius:.5rem}
li img{width:4rem;height:3rem;object-fit:cover}
.small{opacity:.7;white-space:nowrap}
form{margin:1.5rem 0;display:flex;gap:.75rem;flex-wrap:wrap;align-items:end}
label{display:block}
input,button,.button{font:inherit;padding:.55rem .8rem;border-radius:.5rem;border:1px solid #8888}
button,.button{background:#2456c8;color:#fff;border-color:#2456c8;text-decoration:none;display:inline-block}
:focus-visible{outline:3px solid #7aa2ff;outline-offset:2px}
.note{padding:.6rem .8rem;border-radius:.5rem;background:#8882}
`;

const styleHash = createHash('sha256').update(pageStyle).digest('base64');

/** No script, nothing from elsewhere, pictures from here alone, and no page may hold this one. */
export const linkPagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
