export type { TransfersDeps } from './context.ts';
export { createTransfers, type TransfersFeature } from './transfers.ts';
