/** Files on their way to the server, as pages show them. Who sends them is `web/src/parts/files/uploads.ts`. */
import type { FileNode } from '../../../sdk/schema.ts';
import { createStore } from './store.ts';

export interface FileUpload {
  id: number;
  name: string;
  sizeBytes: number;
  sentBytes: number;
  is: 'waiting' | 'sending' | 'reconnecting' | 'paused' | 'failed' | 'stale' | 'done';
  isNewVersion: boolean;
  error?: unknown;
  /** Of a stale one: what is there now, where that is known. */
  current?: FileNode | undefined;
}

export const fileUploads = createStore<readonly FileUpload[]>([]);
