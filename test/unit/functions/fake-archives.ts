import type { ArchiveRecord, FoundRecord, StorageClass, StoredObject } from '../../../shared/domain/archive.ts';
import type { Tags } from '../../../shared/domain/tags.ts';
import { anImage, beginning, executionId, imageId } from '../domain/examples.ts';

export const bucket = 'my-ami-archive';
export const key = `gold/${imageId}.bin`;
export const url = `s3://${bucket}/${key}`;
export const region = 'eu-west-1';
export const hold = `restored ${beginning} by ${executionId.split(':').at(-1)}`;
export const gibibyte = 1024 ** 3;

/** What every task that concerns an archive is told. */
export const where = { executionId, region, bucket, key };

/** An object of one gigabyte in STANDARD. */
export function anObject(different: Partial<StoredObject> = {}): StoredObject {
  return {
    sizeBytes: gibibyte,
    eTag: '"e1"',
    storageClass: 'STANDARD',
    isInArchiveTier: false,
    restore: 'asleep',
    metadata: {},
    ...different,
  };
}

/** The record of the example's image, which was shared with one account. */
export function aRecord(different: Partial<ArchiveRecord> = {}): ArchiveRecord {
  const { name, tags } = anImage();
  return {
    version: 1,
    imageId,
    region,
    name,
    description: '',
    tags: { ...tags },
    launchPermissions: [{ UserId: '111122223333' }],
    deprecatesAt: '',
    createdAt: beginning,
    platformDetails: 'Windows',
    usageOperation: 'RunInstances:0002',
    architecture: 'x86_64',
    bootMode: '',
    blockDeviceMappings: [],
    sizeBytes: gibibyte,
    eTag: '"e1"',
    archivedAt: beginning,
    ...different,
  };
}

export const noRecord: FoundRecord = { record: undefined, problem: 'is not there' };

/** What EC2 and S3 hold of one archive; a test changes it as the world would. */
interface World {
  object: StoredObject | undefined;
  task:
    | { state: 'in-progress' | 'completed' | 'failed'; startedAt: string; progressPercent: number; reason: string }
    | undefined;
  record: FoundRecord;
  particulars: { platformDetails: string; usageOperation: string } | undefined;
  /** Uploads by their ids, with the parts that are there. */
  uploads: Map<string, { storageClass: StorageClass; parts: Map<number, string> }>;
  /** The images that were restored, by name. */
  names: Set<string>;
}

/** S3 and EC2's tasks for one archive: they keep what they are told, and `calls` has every change. */
export function fakeArchives(given: Partial<World> = {}) {
  const world: World = {
    object: anObject(),
    task: undefined,
    record: { record: aRecord(), problem: '' },
    particulars: { platformDetails: 'Windows', usageOperation: 'RunInstances:0002' },
    uploads: new Map(),
    names: new Set(),
    ...given,
  };
  const calls: string[] = [];
  const uploadOf = (uploadId: string) => {
    const upload = world.uploads.get(uploadId);
    if (!upload) throw new Error(`NoSuchUpload ${uploadId}`);
    return upload;
  };
  return {
    world,
    calls,
    object: async (_bucket: string, _key: string): Promise<StoredObject | undefined> => world.object,
    async flaw(_bucket: string, _key: string): Promise<string | undefined> {
      if (!world.object) return 'its object is not there';
      if (world.object.sizeBytes === 0) return 'its object is empty';
      return world.record.record ? undefined : 'its record is not there';
    },
    storeTask: async (_imageId: string, _bucket: string, _key: string) => world.task,
    async store(id: string, _bucket: string, prefix: string): Promise<string> {
      calls.push(`store ${id}`);
      return `${prefix}${id}.bin`;
    },
    async wake(_bucket: string, _key: string, days: number | undefined): Promise<void> {
      calls.push(days === undefined ? 'wake for good' : `wake for ${days} days`);
      if (world.object) world.object = { ...world.object, restore: 'waking' };
    },
    async changeClass(_bucket: string, _key: string, storageClass: StorageClass): Promise<void> {
      calls.push(`change to ${storageClass}`);
      if (world.object) world.object = { ...world.object, storageClass };
    },
    async beginParts(
      _bucket: string,
      _key: string,
      storageClass: StorageClass,
      metadata: Readonly<Record<string, string>>,
    ): Promise<string> {
      const uploadId = `upload-${world.uploads.size + 1}`;
      calls.push(`begin ${uploadId} ${JSON.stringify(metadata)}`);
      world.uploads.set(uploadId, { storageClass, parts: new Map() });
      return uploadId;
    },
    parts: async (_bucket: string, _key: string, uploadId: string) => world.uploads.get(uploadId)?.parts,
    async copyPart(
      _bucket: string,
      _key: string,
      part: { uploadId: string; number: number; first: number; last: number },
    ): Promise<void> {
      uploadOf(part.uploadId).parts.set(part.number, `${part.first}-${part.last}`);
    },
    async completeParts(
      _bucket: string,
      _key: string,
      uploadId: string,
      parts: ReadonlyMap<number, string>,
    ): Promise<void> {
      calls.push(`complete ${uploadId} of ${parts.size}`);
      const { storageClass } = uploadOf(uploadId);
      world.uploads.delete(uploadId);
      if (world.object) world.object = { ...world.object, storageClass };
    },
    async abandonParts(_bucket: string, _key: string): Promise<void> {
      calls.push('abandon parts');
      world.uploads.clear();
    },
    record: async (_bucket: string, _key: string): Promise<FoundRecord> => world.record,
    particulars: async (_imageId: string) =>
      world.particulars && {
        description: 'nightly',
        architecture: 'x86_64',
        bootMode: '',
        blockDeviceMappings: [],
        ...world.particulars,
      },
    async restore(_bucket: string, _key: string, name: string, tags: Tags): Promise<string | undefined> {
      calls.push(`restore ${name} ${JSON.stringify(tags)}`);
      if (world.names.has(name)) return undefined;
      world.names.add(name);
      return 'ami-00000009';
    },
  };
}
