import * as z from 'zod';
import type { Image } from './image.ts';

/** Where a policy may put archives. S3 knows more, and people's own rules may move an object there. */
export const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
export type StorageClass = (typeof storageClasses)[number];

/** It becomes part of ARNs, in which `*` and `?` would mean more than one bucket. Source: S3, "Bucket naming rules". */
export const bucketName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens',
  );

/** A path within a bucket; of the characters that S3 calls safe, all but `*`, which an ARN would read otherwise. */
export const archivePrefix = z
  .string()
  .max(200)
  .regex(/^([\w!.'()-]+\/)*$/, 'is no path such as gold/: letters and digits, and a slash at the end');

/** Where an archive is to go. */
export const archiveTargetSchema = z.strictObject({
  bucket: bucketName,
  prefix: archivePrefix,
  storageClass: z.enum(storageClasses),
});

/** EC2's limit for one image, before compression. */
const mostGigabytes = 5000;

/** The key that EC2 gives the object of an image; only the path before it is ours to choose. */
export function archiveKey(prefix: string, imageId: string): string {
  return `${prefix}${imageId}.bin`;
}

export function archiveUrl(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}

/** The bucket and the key of such an address; undefined where a text is none. */
export function archiveAt(url: string): { bucket: string; key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/** Whether such an address is where a policy has its archives; without any it has none. */
export function isWithin(place: { bucket: string; prefix: string } | undefined, url: string): boolean {
  return place !== undefined && url.startsWith(archiveUrl(place.bucket, place.prefix));
}

/** Where the record of an archive lies: beside its object. */
export function recordKey(key: string): string {
  return `${key}.json`;
}

/**
 * Why EC2 cannot store an image; undefined where it can.
 * Source: EC2 User Guide, "Store and restore an AMI using S3", limitations. Product codes are our own caution: nothing
 * says whether they outlive the way through S3, and an image without them could not be billed as it should be.
 */
export function archiveRefusal(image: Image): string | undefined {
  if (image.rootDeviceType === 'instance-store') return 'its root device is an instance store';
  if (image.virtualizationType === 'paravirtual') return 'it is paravirtual';
  if (image.hasProductCodes) return 'it carries product codes';
  if (image.sizeGigabytes > mostGigabytes)
    return `its volumes have ${image.sizeGigabytes} GB of at most ${mostGigabytes}`;
  return undefined;
}

/** Whom an image or snapshot is shared with, in EC2's own words. */
export const launchPermissionSchema = z.object({
  UserId: z.string().optional(),
  Group: z.string().optional(),
  OrganizationArn: z.string().optional(),
  OrganizationalUnitArn: z.string().optional(),
});
export type LaunchPermission = z.output<typeof launchPermissionSchema>;

function isPermission({ UserId, Group, OrganizationArn, OrganizationalUnitArn }: LaunchPermission): boolean {
  return (
    (UserId === undefined || /^\d{12}$/.test(UserId)) &&
    (Group === undefined || Group === 'all') &&
    [OrganizationArn, OrganizationalUnitArn].every((arn) => arn === undefined || /^arn:aws[\w:/-]+$/.test(arn))
  );
}

/** All that an image's object in S3 cannot carry; it lies beside the object as JSON. */
export const archiveRecordSchema = z.object({
  version: z.literal(1),
  imageId: z.string(),
  region: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.record(z.string(), z.string()),
  /** Given back as they were, so they must be what EC2 can have written, and no pattern. */
  launchPermissions: z.array(launchPermissionSchema.refine(isPermission, 'is no launch permission')),
  deprecatesAt: z.string(),
  createdAt: z.string(),
  platformDetails: z.string(),
  usageOperation: z.string(),
  architecture: z.string(),
  bootMode: z.string(),
  /** As EC2 describes them; for people, as a restore makes its own. */
  blockDeviceMappings: z.array(z.json()),
  sizeBytes: z.number(),
  eTag: z.string(),
  archivedAt: z.string(),
});
export type ArchiveRecord = z.output<typeof archiveRecordSchema>;

/** An object in S3, as far as it concerns us. */
export interface StoredObject {
  sizeBytes: number;
  eTag: string;
  /** S3's word, which may be another than policies may choose. */
  storageClass: string;
  /** Whether INTELLIGENT_TIERING has put it into one of its own archive tiers. */
  isInArchiveTier: boolean;
  /** Of an object that sleeps: whether it has been asked to wake, and is awake. */
  restore: 'asleep' | 'waking' | 'awake';
  metadata: Readonly<Record<string, string>>;
}

/** What of an archive's record could be read; without one, `problem` says why: `is not there`, `cannot be read`. */
export type FoundRecord = { record: ArchiveRecord; problem: '' } | { record: undefined; problem: string };

/**
 * Why a restored image must not be retired: its slot is of old, so by its policy it would go at once. The same however
 * often one execution asks, and another for each: by it an execution knows what it has made.
 * @param startedAt of the execution
 */
export function restoreHold(startedAt: string, executionId: string): string {
  return `restored ${startedAt} by ${executionId.split(':').at(-1) ?? executionId}`;
}

/** Whether an object can only be read after it was woken. */
export function sleeps({
  storageClass,
  isInArchiveTier,
}: Pick<StoredObject, 'storageClass' | 'isInArchiveTier'>): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE' || isInArchiveTier;
}
