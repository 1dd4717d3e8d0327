export { avatar, postArticle } from './post-article.ts';
export { nameOf, type PublicPost, profilePath } from './public-post.ts';
export { createPublicPages, type PublicPages, type PublicPagesDeps } from './read-content.ts';
export { pageLanguages, type Words, wordsOf } from './words.ts';
