import type { Account } from '../../simulator/account.ts';
import type { RandomStream } from '../../simulator/random.ts';
import type { RegionState } from '../../simulator/state.ts';
import { tagsOf } from './witness.ts';

/** One person's way with one image, in its Region; what EC2 refuses them does not happen. */
type Deed = (hand: Hand) => void;

interface Hand {
  account: Account;
  region: RegionState;
  imageId: string;
  random: RandomStream;
  /** For names that nobody has taken. */
  number: number;
}

const hold: Deed = ({ account, region, imageId }) => {
  const Tags = [{ Key: 'ami-lifecycle:hold', Value: 'somebody said so' }];
  account.call('ec2', 'CreateTags', { Resources: [imageId], Tags }, region.name);
};

const release: Deed = ({ account, region }) => {
  const held = [...region.images.values()].find(({ description }) => 'ami-lifecycle:hold' in tagsOf(description.Tags));
  if (!held) return;
  account.call('ec2', 'DeleteTags', { Resources: [held.id], Tags: [{ Key: 'ami-lifecycle:hold' }] }, region.name);
};

const launch: Deed = ({ account, region, imageId }) => {
  const one = { ImageId: imageId, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
  account.call('ec2', 'RunInstances', one, region.name);
};

/** Of what was launched from images only; the sources go by another deed. */
const terminate: Deed = ({ account, region }) => {
  const launched = [...region.instances.values()].find(
    ({ description }) => region.images.has(description.ImageId ?? '') && description.State?.Name === 'running',
  );
  if (launched) account.call('ec2', 'TerminateInstances', { InstanceIds: [launched.id] }, region.name);
};

const terminateSource: Deed = ({ account, region, random }) => {
  const sources = [...region.instances.values()].filter(({ description }) =>
    Object.keys(tagsOf(description.Tags)).includes('ami-lifecycle:policy'),
  );
  const source = sources[Math.floor(random.between(0, sources.length))];
  if (sources.length > 1 && source)
    account.call('ec2', 'TerminateInstances', { InstanceIds: [source.id] }, region.name);
};

const makeTemplate: Deed = ({ account, region, imageId, number }) => {
  const input = { LaunchTemplateName: `template-${number}`, LaunchTemplateData: { ImageId: imageId } };
  account.call('ec2', 'CreateLaunchTemplate', input, region.name);
};

const moveTemplate: Deed = ({ account, region, imageId, random }) => {
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

const makeGroup: Deed = ({ account, region, random, number }) => {
  const [LaunchTemplateId] = region.launchTemplates.keys();
  if (LaunchTemplateId === undefined) return;
  const Version = random.chance(0.5) ? '1' : '$Latest';
  const group = { AutoScalingGroupName: `group-${number}`, MinSize: 0, MaxSize: 1 };
  const template = { LaunchTemplate: { LaunchTemplateId, Version } };
  account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, ...template }, region.name);
};

const makeConfiguration: Deed = ({ account, region, imageId, number }) => {
  const input = { LaunchConfigurationName: `configuration-${number}`, ImageId: imageId, InstanceType: 't3.micro' };
  account.call('auto-scaling', 'CreateLaunchConfiguration', input, region.name);
};

const dropConfiguration: Deed = ({ account, region }) => {
  const [name] = region.launchConfigurations.keys();
  if (name === undefined) return;
  account.call('auto-scaling', 'DeleteLaunchConfiguration', { LaunchConfigurationName: name }, region.name);
};

const writeParameter: Deed = ({ account, region, imageId }) => {
  account.call(
    'ssm',
    'PutParameter',
    { Name: '/golden', Value: imageId, Type: 'String', Overwrite: true },
    region.name,
  );
};

const disable: Deed = ({ account, region, imageId }) => {
  account.call('ec2', 'DisableImage', { ImageId: imageId }, region.name);
};

const enable: Deed = ({ account, region }) => {
  const disabled = [...region.images.values()].find(({ description }) => description.State === 'disabled');
  if (disabled) account.call('ec2', 'EnableImage', { ImageId: disabled.id }, region.name);
};

const deprecate: Deed = ({ account, region, imageId }) => {
  const DeprecateAt = new Date(account.clock.now() + 3_600_000);
  account.call('ec2', 'EnableImageDeprecation', { ImageId: imageId, DeprecateAt }, region.name);
};

const cancelDeprecation: Deed = ({ account, region, imageId }) => {
  account.call('ec2', 'DisableImageDeprecation', { ImageId: imageId }, region.name);
};

const deregister: Deed = ({ account, region, imageId, random }) => {
  const DeleteAssociatedSnapshots = random.chance(0.5);
  account.call('ec2', 'DeregisterImage', { ImageId: imageId, DeleteAssociatedSnapshots }, region.name);
};

const protect: Deed = ({ account, region, imageId }) => {
  account.call('ec2', 'EnableImageDeregistrationProtection', { ImageId: imageId }, region.name);
};

const unprotect: Deed = ({ account, region, imageId }) => {
  account.call('ec2', 'DisableImageDeregistrationProtection', { ImageId: imageId }, region.name);
};

const lockSnapshot: Deed = ({ account, region, imageId }) => {
  const [SnapshotId] = region.images.get(imageId)?.snapshotIds ?? [];
  if (SnapshotId === undefined) return;
  account.call('ec2', 'LockSnapshot', { SnapshotId, LockMode: 'governance', LockDuration: 2 }, region.name);
};

const useElsewhere: Deed = ({ account, region, imageId }) => {
  // Without a permission nobody could.
  const LaunchPermission = { Add: [{ UserId: '123456789012' }] };
  account.call('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission }, region.name);
  region.foreignUse.push({ imageId, accountId: '123456789012', resourceType: 'ec2:Instance', count: 1 });
};

const deeds = {
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
  useElsewhere,
} satisfies Record<string, Deed>;

/** Lets somebody do something with an image of ours, if there is one; returns what, for whoever looks into a breach. */
export function doSomething(account: Account, random: RandomStream, number: number): string {
  const regions = account.regions().filter(({ images }) => images.size > 0);
  const region = oneOf(regions, random);
  const imageId = region && oneOf([...region.images.keys()], random);
  if (!region || imageId === undefined) return 'nothing';
  const [name, deed] = oneOf(Object.entries<Deed>(deeds), random) ?? ['nothing', () => {}];
  const said = `${new Date(account.clock.now()).toISOString()} ${name} ${imageId} in ${region.name}`;
  try {
    deed({ account, region, imageId, random, number });
    return said;
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'NotSimulated' || !('$metadata' in error)) throw error;
    return `${said}: ${error.name}`;
  }
}

function oneOf<Value>(values: readonly Value[], random: RandomStream): Value | undefined {
  return values[Math.floor(random.between(0, values.length))];
}
