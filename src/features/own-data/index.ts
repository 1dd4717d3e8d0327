export { createOwnData, type OwnData, type OwnDataDeps } from './export-own-data.ts';
