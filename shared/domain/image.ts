import type { Tags } from './tags.ts';

/** EC2's rarer states (invalid, error, deregistered, transient) are all the end of an image, so they read as failed. */
export type ImageState = 'pending' | 'available' | 'failed' | 'disabled';

/** What the rules need to know of an image. */
export interface Image {
  imageId: string;
  name: string;
  state: ImageState;
  /** AWS's reason for a failure, for people. */
  stateReason: string;
  sourceInstanceId: string | undefined;
  snapshotIds: readonly string[];
  isEncrypted: boolean;
  hasProductCodes: boolean;
  tags: Tags;
}

/** A snapshot that belongs to an image being made. */
export interface Snapshot {
  snapshotId: string;
  volumeId: string;
  state: 'pending' | 'completed' | 'error';
  isEncrypted: boolean;
  kmsKeyId: string | undefined;
}

/** An image to be made. */
export interface ImageRequest {
  instanceId: string;
  name: string;
  description: string;
  /** Let EC2 reboot the instance for a clean file system. */
  reboot: boolean;
  excludeDevices: readonly string[];
  tags: Tags;
}

/** A copy to be made, in the Region that is asked. */
export interface CopyRequest {
  sourceImageId: string;
  sourceRegion: string;
  name: string;
  description: string;
  clientToken: string;
  kmsKeyId: string | undefined;
  withinMinutes: number | undefined;
  tags: Tags;
}

/** Whom an image is shared with. */
export interface Audience {
  accounts: readonly string[];
  organizationArns: readonly string[];
  organizationalUnitArns: readonly string[];
  public: boolean;
}

/** Whether each of the volumes has a snapshot that has started: from then on its content is fixed. */
export function haveAllStarted(volumeIds: readonly string[], snapshots: readonly Snapshot[]): boolean {
  const started = new Set(snapshots.filter(({ state }) => state !== 'error').map(({ volumeId }) => volumeId));
  return volumeIds.every((volumeId) => started.has(volumeId));
}
