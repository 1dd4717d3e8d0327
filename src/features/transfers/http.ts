import type { App } from '../../http/route.ts';
import { chunkRoutes } from './http-chunks.ts';
import { contentRoutes } from './http-content.ts';
import { uploadRoutes } from './http-uploads.ts';
import type { TransfersFeature } from './transfers.ts';

export interface TransferRoutesDeps {
  transfers: TransfersFeature;
}

export function transferRoutes(app: App, { transfers }: TransferRoutesDeps): void {
  uploadRoutes(app, transfers);
  contentRoutes(app, transfers);
  chunkRoutes(app, transfers);
}
