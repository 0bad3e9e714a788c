import type { AutoScalingGroup, LaunchConfiguration } from '@aws-sdk/client-auto-scaling';
import type {
  Address,
  BlockDeviceMapping,
  CreateVolumePermission,
  FleetData,
  Image,
  ImageUsageReport,
  ImageUsageReportEntry,
  Instance,
  LaunchPermission,
  LaunchTemplate,
  LaunchTemplateVersion,
  Snapshot,
  SpotFleetRequestConfig,
  SpotInstanceRequest,
  Tag,
  Volume,
} from '@aws-sdk/client-ec2';
import type { Timer } from '../engine/clock.ts';
import type { StoredImage, StoreTaskRecord } from './ec2/store-tasks.ts';
import type { KeyStore } from './keys.ts';
import type { LookupIndex } from './lookup-index.ts';
import type { StorageClass } from './s3/storage-classes.ts';
import type { MultipartUpload } from './s3/uploads.ts';
import type { SnapshotStorage } from './snapshot-storage.ts';

/**
 * A resource as it is, and as reads that lag behind still see it. A description is replaced, never altered, so keeping
 * the earlier one costs nothing.
 */
export interface Kept<Description> {
  readonly id: string;
  description: Description;
  earlier?: {
    /** undefined: the resource did not exist. */
    description: Description | undefined;
    changedAtMs: number;
    /** Until then every read sees the earlier description. */
    untilMs: number;
  };
}

export interface InstanceRecord extends Kept<Instance> {
  reservationId: string;
  stopProtected: boolean;
  terminationProtected: boolean;
  shutdownBehavior: 'stop' | 'terminate';
  autoScalingGroupName: string | undefined;
  /** An instance that never ran cannot be stopped. */
  hasRun: boolean;
  /** 'automatic' addresses are lost at stop and new at start. */
  publicAddress: 'automatic' | 'elastic' | 'none';
  checksPassAtMs: number;
  checksFailUntilMs: number;
  /** The next change of state, if one is under way. */
  transition: Timer | undefined;
  /** Images whose snapshots have not all started: a reboot or termination fails them. */
  captures: Set<ImageRecord>;
}

export interface VolumeRecord extends Kept<Volume> {
  usedGigabytes: number;
  dailyChangeRate: number;
  lastSnapshotAtMs: number;
  /** Snapshots that are pending or promised; 5 at a time, 1 for st1 and sc1. */
  snapshotsUnderWay: number;
}

export interface SnapshotRecord extends Kept<Snapshot> {
  startedAtMs: number;
  /** When progress reaches 100 %. */
  completesAtMs: number;
  /** The volume and key whose snapshots share blocks with this one. */
  lineage: string;
  /** The instant whose data it holds: its own start, or for a copy the original's. */
  contentAtMs: number;
  usedGigabytes: number;
  dailyChangeRate: number;
  /** The blocks that are kept because of this snapshot; they pass on when it is deleted. */
  storedGigabytes: number;
  /** The state of the instance at the moment the snapshot started; undefined for copies and loaded ones. */
  instanceStateAtStart: string | undefined;
  /** Images that need it. */
  imageIds: Set<string>;
  permissions: CreateVolumePermission[];
  /** A little after its image's deregistration EC2 still says InUse. */
  inUseUntilMs: number;
  lastImageId: string | undefined;
  /** Until then it cannot be deleted; undefined where it was never locked. */
  lockedUntilMs?: number | undefined;
}

export interface ImageRecord extends Kept<Image> {
  /** Snapshots made for it, in the order of the devices. */
  snapshotIds: string[];
  launchPermissions: LaunchPermission[];
  /** Device mappings as they will be; whether a pending image shows them is not documented, so it differs by image. */
  mappings: BlockDeviceMapping[];
  showsMappingsEarly: boolean;
  /** Drops what is still to happen; undefined once nothing is. */
  abandon: (() => void) | undefined;
}

/** What is left of a deregistered image. */
export interface Tombstone {
  deregisteredAtMs: number;
  /** Shown to reads that lag behind, then dropped. */
  description: Image | undefined;
  untilMs: number;
}

export interface AutoScalingRecord {
  group: AutoScalingGroup;
  /** Members and their states, in order of joining. */
  members: Map<
    string,
    { lifecycleState: string; healthStatus: 'Healthy' | 'Unhealthy'; protectedFromScaleIn: boolean }
  >;
}

export interface StoredParameter {
  name: string;
  value: string;
  type: 'String' | 'StringList' | 'SecureString';
  dataType: 'text' | 'aws:ec2:image';
  version: number;
  /** The values of the versions before this one, the latest last. */
  earlierValues: readonly string[];
  lastModifiedAtMs: number;
}

/** A launch template with its versions, the oldest first; numbers of deleted versions are never given again. */
export type LaunchTemplateDescription = LaunchTemplate & { versions: readonly LaunchTemplateVersion[] };

export interface LaunchTemplateRecord extends Kept<LaunchTemplateDescription> {
  versionsMade: number;
}

/** A recipe of EC2 Image Builder, by its ARN (`…:image-recipe/…` or `…:container-recipe/…`), and its parent image. */
interface ImageRecipe {
  arn: string;
  imageId: string;
}

/** What another account really does with an image of ours, whatever a report says; somebody must have shared it. */
interface ForeignUse {
  imageId: string;
  accountId: string;
  resourceType: 'ec2:Instance' | 'ec2:LaunchTemplate' | 'imagebuilder:ImageRecipe' | 'imagebuilder:ContainerRecipe';
  count: number;
}

export interface UsageReportRecord extends Kept<ImageUsageReport> {
  entries: readonly ImageUsageReportEntry[];
  /** When `pending` ends. */
  settlesAtMs: number;
  fails: boolean;
}

/** A retention rule of the Recycle Bin: what it catches is kept for a while when it is deleted. */
export interface RecycleBinRule {
  resourceType: 'EC2_IMAGE' | 'EBS_SNAPSHOT';
  /** Catches what carries one of these; without it, everything of its type in the Region. */
  tags?: readonly Tag[];
  /** Lets go what carries one of these; only where `tags` is absent. */
  excludeTags?: readonly Tag[];
  /** 1 to 365. */
  retentionDays: number;
}

/** What lies in the Recycle Bin: nobody sees it, and snapshots are paid for as before. */
export interface Recycled<Record> {
  record: Record;
  enteredAtMs: number;
  exitsAtMs: number;
}

export interface RegionState {
  readonly name: string;
  instances: Map<string, InstanceRecord>;
  /** How many instances, of any state, were launched from an image. */
  launchesByImage: Map<string, number>;
  volumes: Map<string, VolumeRecord>;
  images: Map<string, ImageRecord>;
  imageIndex: LookupIndex;
  imageNames: Map<string, string>;
  /** Names that a deregistered image still holds. */
  namesReleased: Map<string, { atMs: number; imageId: string }>;
  tombstones: Map<string, Tombstone>;
  /** To be pushed to: how the rules came to be is not simulated. */
  recycleBinRules: RecycleBinRule[];
  recycledImages: Map<string, Recycled<ImageRecord>>;
  recycledSnapshots: Map<string, Recycled<SnapshotRecord>>;
  imageBlockPublicAccess: 'unblocked' | 'block-new-sharing';
  snapshots: Map<string, SnapshotRecord>;
  snapshotIndex: LookupIndex;
  storage: SnapshotStorage;
  copyTokens: Map<string, { fingerprint: string; imageId: string }>;
  launchTokens: Map<string, { fingerprint: string; instanceIds: string[]; reservationId: string }>;
  copiesUnderWay: number;
  /** Store tasks of the last 31 days, the oldest first. */
  storeTasks: Map<string, StoreTaskRecord>;
  /** Sizes of the images that restore tasks are making. */
  gigabytesBeingRestored: number;
  /** Uploads into this Region's buckets that were begun and not ended, by upload ID. */
  multipartUploads: Map<string, MultipartUpload>;
  keys: KeyStore;
  addresses: Map<string, Address>;
  spotRequests: Map<string, SpotInstanceRequest>;
  /** To be put in as they are, by ID, as the other fleets are: what they would launch is not simulated. */
  spotFleets: Map<string, SpotFleetRequestConfig>;
  fleets: Map<string, FleetData>;
  autoScalingGroups: Map<string, AutoScalingRecord>;
  launchConfigurations: Map<string, LaunchConfiguration>;
  launchTemplates: Map<string, LaunchTemplateRecord>;
  imageRecipes: ImageRecipe[];
  /** What usage reports will find, for whoever tells the account's story to fill in. */
  foreignUse: ForeignUse[];
  usageReports: Map<string, UsageReportRecord>;
  /** What requests with a client token made, by operation and token. */
  requestTokens: Map<string, { fingerprint: string; id: string }>;
  parameters: Map<string, StoredParameter>;
  /** How often the tags of a resource changed: the `version` of the event. */
  tagVersions: Map<string, number>;
  /** Listings that were begun, by token. */
  listings: Map<string, { fingerprint: string; ids: readonly string[]; offset: number }>;
}

export interface StoredObject {
  key: string;
  /** Empty for the object of a store task, which is too large to be here: its size and content stand beside it. */
  body: Uint8Array;
  sizeBytes: number;
  /** What the object of a store task holds; lost where only a part of it was copied. */
  image: StoredImage | undefined;
  contentType: string | undefined;
  metadata: Record<string, string>;
  tags: ReadonlyMap<string, string>;
  storageClass: StorageClass;
  /** The readable copy of an archived object that was asked for last. */
  wake: { readyAtMs: number; expiresAtMs: number } | undefined;
  eTag: string;
  lastModifiedAtMs: number;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  objects: Map<string, StoredObject>;
}

/** A message that was published to a topic. */
export interface Notification {
  topicArn: string;
  subject: string | undefined;
  message: string;
  atMs: number;
  messageId: string;
}
