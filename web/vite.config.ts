import { defineConfig } from 'vite';

/** Smaller files would become `data:` addresses, which fonts and scripts may not be. */
const inlineBytesMax = 0;
/** Comes only when somebody opens it; all else in these folders belongs to the first screen. */
const later =
  /parts[\\/](crop|composer|comments|files|field|photo-|report-|history-|profile-|people-|follow-|notification-)|api[\\/]admin|i18n[\\/](?!en\.|translate)|state[\\/]file-/;
const first = /web[\\/]src[\\/](app|api|i18n|state|parts)[\\/]|node_modules[\\/]thumbhash/;

export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2023',
    assetsInlineLimit: inlineBytesMax,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Libraries mark what is for browsers; here all is.
      onLog(level, log, say) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') say(level, log);
      },
      output: {
        // What changes only with its versions stays in browsers over upgrades of Kith.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack)[\\/]/ },
            { name: 'first', test: (id) => first.test(id) && !later.test(id) },
          ],
        },
      },
    },
  },
});
