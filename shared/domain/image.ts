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
  /** Of a copy: the image that it was copied from. */
  sourceImageId: string | undefined;
  /** ISO instant. */
  createdAt: string;
  snapshotIds: readonly string[];
  /** Of all its volumes. */
  sizeGigabytes: number;
  rootDeviceType: 'ebs' | 'instance-store';
  virtualizationType: 'hvm' | 'paravirtual';
  isEncrypted: boolean;
  hasProductCodes: boolean;
  /** From when EC2 hides it from other accounts; an ISO instant, empty where it is not deprecated. */
  deprecatesAt: string;
  /** EC2's words for whether it may be deregistered: `disabled` alone says that it may. */
  deregistrationProtection: string;
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
  /** Why people hold it; undefined where they do not. */
  hold: string | undefined;
}

/** A snapshot of ours, as far as it matters once its image is gone. */
export interface OwnSnapshot {
  snapshotId: string;
  /** ISO instant. */
  startedAt: string;
  isHeld: boolean;
  /** What its tag says: since when it is known to belong to no image. */
  orphanedSince: string | undefined;
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
