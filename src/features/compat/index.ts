/**
 * Request shapes of other interfaces, at the paths they name. Nothing happens here: each
 * shape is read and handed to the operation behind its `/v1` route, whose answer it gives. See spec.md.
 */
export { chooseUsername } from './choose-username.ts';
export { type DataKind, dataKindOf } from './data-kind.ts';
