#!/usr/bin/env node
// `npx kith …`: the command line, through the same launcher as `npm start`.
process.argv.splice(2, 0, 'cli/main.ts');
await import('../tools/run.mjs');
