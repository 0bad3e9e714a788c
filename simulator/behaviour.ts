import type { Image, Instance, Volume } from '@aws-sdk/client-ec2';
import type { RandomStream } from './random.ts';
import type { StorageClass } from './s3/storage-classes.ts';

/**
 * How the account behaves where AWS promises nothing: durations, delays, sizes. Each is drawn from the seed; each may be
 * replaced, `{ imageMinutes: () => 1200 }` for one.
 */
export interface Behaviour {
  /** What one API call takes, in milliseconds. */
  latencyMs: (operation: string, random: RandomStream) => number;
  /** How long reads may still show what was before a change, in milliseconds. */
  consistencyLagMs: (random: RandomStream) => number;
  /** How long after its change an event is delivered, in milliseconds. */
  eventDelayMs: (random: RandomStream) => number;
  stopSeconds: (instance: Instance, random: RandomStream) => number;
  startSeconds: (instance: Instance, random: RandomStream) => number;
  /** From `running` until both status checks pass. */
  statusCheckSeconds: (instance: Instance, random: RandomStream) => number;
  terminateSeconds: (instance: Instance, random: RandomStream) => number;
  /** From CreateImage until the snapshot of one volume starts; a reboot, where asked for, comes on top. */
  snapshotStartSeconds: (volume: Volume, random: RandomStream) => number;
  rebootSeconds: (instance: Instance, random: RandomStream) => number;
  /** From CreateImage until the image is available. */
  imageMinutes: (image: Image, changedGigabytes: number, random: RandomStream) => number;
  /** From CopyImage until the copy is available. */
  copyMinutes: (image: Image, copiedGigabytes: number, random: RandomStream) => number;
  /** From CreateStoreImageTask until the object is there; `gigabytes` are the used ones. */
  storeMinutes: (image: Image, gigabytes: number, random: RandomStream) => number;
  /** From CreateRestoreImageTask until the image is available; `gigabytes` are the used ones. */
  restoreMinutes: (image: Image, gigabytes: number, random: RandomStream) => number;
  /** From RestoreObject until an archived object can be read. */
  wakeHours: (storageClass: StorageClass, tier: 'Standard' | 'Bulk' | 'Expedited', random: RandomStream) => number;
  /** How long after its deregistration an image still holds its name and its snapshots. */
  releaseSeconds: (random: RandomStream) => number;
  /** From the first look at an unhealthy member until it is terminated; its replacement is launched then. */
  replacementSeconds: (random: RandomStream) => number;
  /** From CreateImageUsageReport until the report is available. */
  usageReportMinutes: (random: RandomStream) => number;
  /** The share of a volume that holds data. */
  usedFraction: (volume: Volume, random: RandomStream) => number;
  /** The share of the used blocks that is written anew each day. */
  dailyChangeRate: (volume: Volume, random: RandomStream) => number;
  /** How often a page comes back empty although more follow. */
  emptyPageProbability: number;
  /** Whether the token buckets of the EC2 API are enforced. */
  throttling: boolean;
  /** Whether a failed image's snapshots stay behind when it is deregistered with its snapshots. */
  failedImagesForgetSnapshots: boolean;
}

export const defaultBehaviour: Behaviour = {
  latencyMs: (operation, random) =>
    // Parts are usually as large as they may be, and S3 answers when all 5 GiB are copied.
    Math.round(operation === 'UploadPartCopy' ? random.between(2_000, 6_000) : 40 + 210 * random.fraction() ** 3),
  consistencyLagMs: (random) => Math.round(2000 * random.fraction() ** 3),
  eventDelayMs: (random) => Math.round(random.between(200, 3000)),
  stopSeconds: (instance, random) => (isWindows(instance) ? random.between(45, 150) : random.between(20, 60)),
  startSeconds: (_instance, random) => random.between(5, 20),
  statusCheckSeconds: (_instance, random) => random.between(60, 180),
  terminateSeconds: (_instance, random) => random.between(15, 60),
  snapshotStartSeconds: (_volume, random) => random.between(1, 4),
  rebootSeconds: (_instance, random) => random.between(5, 20),
  imageMinutes: (_image, changedGigabytes, random) => random.between(2, 5) + changedGigabytes / random.between(2, 6),
  copyMinutes: (_image, copiedGigabytes, random) => random.between(3, 8) + copiedGigabytes / random.between(2, 5),
  storeMinutes: (_image, gigabytes, random) => random.between(3, 8) + gigabytes / random.between(3, 6),
  restoreMinutes: (_image, gigabytes, random) => random.between(3, 8) + gigabytes / random.between(3, 6),
  wakeHours(storageClass, tier, random) {
    if (tier === 'Expedited') return random.between(1, 5) / 60;
    if (storageClass === 'DEEP_ARCHIVE') return tier === 'Bulk' ? random.between(36, 48) : random.between(9, 12);
    return tier === 'Bulk' ? random.between(5, 12) : random.between(3, 5);
  },
  releaseSeconds: (random) => random.between(0, 8),
  replacementSeconds: (random) => random.between(30, 120),
  usageReportMinutes: (random) => random.between(1, 15),
  usedFraction: (_volume, random) => random.between(0.25, 0.8),
  dailyChangeRate: (_volume, random) => random.between(0.005, 0.05),
  emptyPageProbability: 0.03,
  throttling: true,
  failedImagesForgetSnapshots: true,
};

function isWindows(instance: Instance): boolean {
  return instance.Platform?.toLowerCase() === 'windows';
}
