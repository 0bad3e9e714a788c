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
  /** ISO instant. */
  startedAt: string;
  /** EC2 writes into it which image it is made for. */
  description: string;
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

/** Whether a snapshot of a capture belongs to this image of it, and not to one that was discarded before. */
export function isSnapshotFor(imageId: string, snapshot: Snapshot): boolean {
  return snapshot.description.includes(imageId);
}

/**
 * Whether each of the volumes has a snapshot for this image that has started: from then on its content is fixed.
 * @param requestedAt when the image was asked for: what started since is for it, whatever AWS may write into descriptions
 */
export function haveAllStarted(
  volumeIds: readonly string[],
  snapshots: readonly Snapshot[],
  { imageId, requestedAt }: { imageId: string; requestedAt: string },
): boolean {
  const started = snapshots
    .filter(({ state }) => state !== 'error')
    .filter((snapshot) => isSnapshotFor(imageId, snapshot) || Date.parse(snapshot.startedAt) >= Date.parse(requestedAt))
    .map(({ volumeId }) => volumeId);
  return volumeIds.every((volumeId) => started.includes(volumeId));
}
