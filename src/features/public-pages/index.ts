export { createPublicPages, type PublicPages, type PublicPagesDeps } from './read-content.ts';
