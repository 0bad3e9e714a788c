import type { Stack } from '../../cli/simulation/stack.ts';
import { storageClasses } from '../../shared/domain/archive.ts';
import type { Account } from '../../simulator/account.ts';
import type { RandomStream } from '../../simulator/random.ts';
import type { RegionState } from '../../simulator/state.ts';
import { tagsOf } from '../witness.ts';

/** One person's way with one image, in its Region; what EC2 refuses them does not happen. */
export type ImageDeed = (hand: ImageHand) => void;

export interface ImageHand {
  account: Account;
  region: RegionState;
  imageId: string;
  random: RandomStream;
  /** Its workflows that people start by hand. */
  stack: Pick<Stack, 'archive' | 'restore'>;
  vault: string;
  /** For names that nobody has taken. */
  number: number;
}

const hold: ImageDeed = ({ account, region, imageId }) => {
  const Tags = [{ Key: 'ami-lifecycle:hold', Value: 'somebody said so' }];
  account.call('ec2', 'CreateTags', { Resources: [imageId], Tags }, region.name);
};

const release: ImageDeed = ({ account, region }) => {
  const held = [...region.images.values()].find(({ description }) => 'ami-lifecycle:hold' in tagsOf(description.Tags));
  if (!held) return;
  account.call('ec2', 'DeleteTags', { Resources: [held.id], Tags: [{ Key: 'ami-lifecycle:hold' }] }, region.name);
};

const launch: ImageDeed = ({ account, region, imageId }) => {
  const one = { ImageId: imageId, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
  account.call('ec2', 'RunInstances', one, region.name);
};

/** Of what was launched from images only; the sources go by another deed. */
const terminate: ImageDeed = ({ account, region }) => {
  const launched = [...region.instances.values()].find(
    ({ description }) => region.images.has(description.ImageId ?? '') && description.State?.Name === 'running',
  );
  if (launched) account.call('ec2', 'TerminateInstances', { InstanceIds: [launched.id] }, region.name);
};

const terminateSource: ImageDeed = ({ account, region, random }) => {
  const sources = [...region.instances.values()].filter(({ description }) =>
    Object.keys(tagsOf(description.Tags)).includes('ami-lifecycle:policy'),
  );
  const source = sources[Math.floor(random.between(0, sources.length))];
  if (sources.length > 1 && source)
    account.call('ec2', 'TerminateInstances', { InstanceIds: [source.id] }, region.name);
};

const makeTemplate: ImageDeed = ({ account, region, imageId, number }) => {
  const input = { LaunchTemplateName: `template-${number}`, LaunchTemplateData: { ImageId: imageId } };
  account.call('ec2', 'CreateLaunchTemplate', input, region.name);
};

const moveTemplate: ImageDeed = ({ account, region, imageId, random }) => {
  const [LaunchTemplateId] = region.launchTemplates.keys();
  if (LaunchTemplateId === undefined) return;
  const LaunchTemplateData = { ImageId: imageId };
  const made = account.call(
    'ec2',
    'CreateLaunchTemplateVersion',
    { LaunchTemplateId, LaunchTemplateData },
    region.name,
  );
  const DefaultVersion = String(made.LaunchTemplateVersion?.VersionNumber);
  if (random.chance(0.7))
    account.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion }, region.name);
};

const makeGroup: ImageDeed = ({ account, region, random, number }) => {
  const [LaunchTemplateId] = region.launchTemplates.keys();
  if (LaunchTemplateId === undefined) return;
  const Version = random.chance(0.5) ? '1' : '$Latest';
  const group = { AutoScalingGroupName: `group-${number}`, MinSize: 0, MaxSize: 1 };
  const template = { LaunchTemplate: { LaunchTemplateId, Version } };
  account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, ...template }, region.name);
};

const makeConfiguration: ImageDeed = ({ account, region, imageId, number }) => {
  const input = { LaunchConfigurationName: `configuration-${number}`, ImageId: imageId, InstanceType: 't3.micro' };
  account.call('auto-scaling', 'CreateLaunchConfiguration', input, region.name);
};

const dropConfiguration: ImageDeed = ({ account, region }) => {
  const [name] = region.launchConfigurations.keys();
  if (name === undefined) return;
  account.call('auto-scaling', 'DeleteLaunchConfiguration', { LaunchConfigurationName: name }, region.name);
};

const writeParameter: ImageDeed = ({ account, region, imageId }) => {
  account.call(
    'ssm',
    'PutParameter',
    { Name: '/golden', Value: imageId, Type: 'String', Overwrite: true },
    region.name,
  );
};

const disable: ImageDeed = ({ account, region, imageId }) => {
  account.call('ec2', 'DisableImage', { ImageId: imageId }, region.name);
};

const enable: ImageDeed = ({ account, region }) => {
  const disabled = [...region.images.values()].find(({ description }) => description.State === 'disabled');
  if (disabled) account.call('ec2', 'EnableImage', { ImageId: disabled.id }, region.name);
};

const deprecate: ImageDeed = ({ account, region, imageId }) => {
  const DeprecateAt = new Date(account.clock.now() + 3_600_000);
  account.call('ec2', 'EnableImageDeprecation', { ImageId: imageId, DeprecateAt }, region.name);
};

const cancelDeprecation: ImageDeed = ({ account, region, imageId }) => {
  account.call('ec2', 'DisableImageDeprecation', { ImageId: imageId }, region.name);
};

const deregister: ImageDeed = ({ account, region, imageId, random }) => {
  const DeleteAssociatedSnapshots = random.chance(0.5);
  account.call('ec2', 'DeregisterImage', { ImageId: imageId, DeleteAssociatedSnapshots }, region.name);
};

const protect: ImageDeed = ({ account, region, imageId }) => {
  account.call('ec2', 'EnableImageDeregistrationProtection', { ImageId: imageId }, region.name);
};

const unprotect: ImageDeed = ({ account, region, imageId }) => {
  account.call('ec2', 'DisableImageDeregistrationProtection', { ImageId: imageId }, region.name);
};

const lockSnapshot: ImageDeed = ({ account, region, imageId }) => {
  const [SnapshotId] = region.images.get(imageId)?.snapshotIds ?? [];
  if (SnapshotId === undefined) return;
  account.call('ec2', 'LockSnapshot', { SnapshotId, LockMode: 'governance', LockDuration: 2 }, region.name);
};

const holdSnapshot: ImageDeed = ({ account, region, imageId }) => {
  const [SnapshotId] = region.images.get(imageId)?.snapshotIds ?? [];
  if (SnapshotId === undefined) return;
  const Tags = [{ Key: 'ami-lifecycle:hold', Value: 'somebody said so' }];
  account.call('ec2', 'CreateTags', { Resources: [SnapshotId], Tags }, region.name);
};

const releaseSnapshot: ImageDeed = ({ account, region }) => {
  const held = [...region.snapshots.values()].find(({ description }) =>
    Object.hasOwn(tagsOf(description.Tags), 'ami-lifecycle:hold'),
  );
  if (!held) return;
  account.call('ec2', 'DeleteTags', { Resources: [held.id], Tags: [{ Key: 'ami-lifecycle:hold' }] }, region.name);
};

/** As a data disk, beside another image. */
const mountSnapshot: ImageDeed = ({ account, region, imageId, number }) => {
  const [SnapshotId] = region.images.get(imageId)?.snapshotIds ?? [];
  if (SnapshotId === undefined) return;
  const LaunchTemplateData = { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId } }] };
  const input = { LaunchTemplateName: `mounting-${number}`, LaunchTemplateData };
  account.call('ec2', 'CreateLaunchTemplate', input, region.name);
};

const useElsewhere: ImageDeed = ({ account, region, imageId }) => {
  // Without a permission nobody could.
  const LaunchPermission = { Add: [{ UserId: '123456789012' }] };
  account.call('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission }, region.name);
  region.foreignUse.push({ imageId, accountId: '123456789012', resourceType: 'ec2:Instance', count: 1 });
};

/** When people decide this in the midst of a retirement run, it may be of what the run is about to disable. */
const useInHaste: ImageDeed = (hand) => {
  const going = [...hand.region.images.values()].find(
    ({ description }) =>
      description.State === 'available' && tagsOf(description.Tags)['ami-lifecycle:rung']?.startsWith('deprecate '),
  );
  useElsewhere({ ...hand, imageId: going?.id ?? hand.imageId });
};

/** Somebody wants it elsewhere, or once more; who takes our tags along makes it one of ours. */
const copy: ImageDeed = ({ account, region, imageId, random, number }) => {
  const regions = account.regions().map(({ name }) => name);
  const to = regions[Math.floor(random.between(0, regions.length))] ?? region.name;
  const source = { SourceImageId: imageId, SourceRegion: region.name };
  account.call('ec2', 'CopyImage', { Name: `by-hand-${number}`, CopyImageTags: random.chance(0.2), ...source }, to);
};

const share: ImageDeed = ({ account, region, imageId, random }) => {
  const someone = [{ UserId: '123456789012' }];
  const LaunchPermission = random.chance(0.6) ? { Add: someone } : { Remove: someone };
  account.call('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission }, region.name);
};

/** Beside what the policy archives, or where none does; the roles may not let it. */
const archive: ImageDeed = ({ imageId, random, stack, vault: bucket }) => {
  const storageClass = storageClasses[Math.floor(random.between(0, storageClasses.length))] ?? 'STANDARD';
  stack.archive({ imageId, archive: { bucket, prefix: random.chance(0.5) ? 'gold/' : 'by-hand/', storageClass } });
};

/** Of an image that is gone or still there: then its name is taken, unless people choose another. */
const restore: ImageDeed = ({ account, random, number, stack, vault: bucket }) => {
  const objects = account.answering.world.buckets.get(bucket)?.objects.keys() ?? [];
  const keys = [...objects].filter((key) => key.endsWith('.bin'));
  const key = keys[Math.floor(random.between(0, keys.length))];
  if (key === undefined) return;
  stack.restore({ bucket, key, ...(random.chance(0.7) ? { name: `restored-by-hand-${number}` } : {}) });
};

export const imageDeeds = {
  hold,
  release,
  launch,
  terminate,
  terminateSource,
  makeTemplate,
  moveTemplate,
  makeGroup,
  makeConfiguration,
  dropConfiguration,
  writeParameter,
  disable,
  enable,
  deprecate,
  cancelDeprecation,
  deregister,
  protect,
  unprotect,
  lockSnapshot,
  holdSnapshot,
  releaseSnapshot,
  mountSnapshot,
  useElsewhere,
  useInHaste,
  archive,
  restore,
  copy,
  share,
} satisfies Record<string, ImageDeed>;
