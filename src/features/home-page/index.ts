export { createHomePage, type HomePage } from './home-page.ts';
