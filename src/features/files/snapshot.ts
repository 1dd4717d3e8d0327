/** A moment of a whole drive that is kept until it is removed. */
export interface Snapshot {
  position: number;
  name: string;
  createdAtMs: number;
}

/** Of one drive. */
export const snapshotsMax = 1000;
export const snapshotNameBytesMax = 200;
