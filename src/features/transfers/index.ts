export type { TransfersDeps } from './context.ts';
export { createTransfers, type TransfersFeature } from './transfers.ts';
export { typeOfName } from './type-of-name.ts';
export type { PlaceWish } from './whole-files.ts';
