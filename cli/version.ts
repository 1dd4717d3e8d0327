export { version } from '../src/serve.ts';
