import type { Account } from '../../simulator/account.ts';
import type { RandomStream } from '../../simulator/random.ts';
import type { InstanceRecord } from '../../simulator/state.ts';
import { tagList } from '../hanging.ts';
import { tagsOf } from '../witness.ts';

/** One person's way with a server, at home; what EC2 refuses them does not happen. */
export type ServerDeed = (hand: ServerHand) => void;

export interface ServerHand {
  account: Account;
  instanceId: string;
  random: RandomStream;
}

const key = { policy: 'ami-lifecycle:policy', skip: 'ami-lifecycle:skip' } as const;

const tagServer: ServerDeed = ({ account, instanceId, random }) => {
  const policies = random.chance(0.5) ? 'gold' : random.chance(0.5) ? 'silver' : 'gold silver';
  account.call('ec2', 'CreateTags', { Resources: [instanceId], Tags: tagList({ [key.policy]: policies }) });
};

const untagServer: ServerDeed = ({ account, instanceId }) => {
  account.call('ec2', 'DeleteTags', { Resources: [instanceId], Tags: [{ Key: key.policy }] });
};

const skipServer: ServerDeed = ({ account, instanceId }) => {
  account.call('ec2', 'CreateTags', { Resources: [instanceId], Tags: tagList({ [key.skip]: 'not now' }) });
};

const unskipServer: ServerDeed = ({ account }) => {
  const skipped = servers(account).find(({ description }) => key.skip in tagsOf(description.Tags));
  if (skipped) account.call('ec2', 'DeleteTags', { Resources: [skipped.id], Tags: [{ Key: key.skip }] });
};

const stopServer: ServerDeed = ({ account, instanceId }) => {
  account.call('ec2', 'StopInstances', { InstanceIds: [instanceId] });
};

const startServer: ServerDeed = ({ account }) => {
  const stopped = servers(account).find(({ description }) => description.State?.Name === 'stopped');
  if (stopped) account.call('ec2', 'StartInstances', { InstanceIds: [stopped.id] });
};

const protectServer: ServerDeed = ({ account, instanceId, random }) => {
  const DisableApiStop = { Value: random.chance(0.6) };
  account.call('ec2', 'ModifyInstanceAttribute', { InstanceId: instanceId, DisableApiStop });
};

/** A new server from one of the images, under a policy from its first moment. */
const newServer: ServerDeed = ({ account, random }) => {
  const images = [...account.region(account.homeRegion).images.values()].filter(
    ({ description }) => description.State === 'available',
  );
  const image = images[Math.floor(random.between(0, images.length))];
  // So that a year stays as large as a month.
  if (!image || servers(account).length >= 8) return;
  account.call('ec2', 'RunInstances', {
    ImageId: image.id,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tagList({ [key.policy]: random.chance(0.7) ? 'gold' : 'silver' }) },
    ],
  });
};

const terminateServer: ServerDeed = ({ account, instanceId }) => {
  if (servers(account).length > 2) account.call('ec2', 'TerminateInstances', { InstanceIds: [instanceId] });
};

export const serverDeeds = {
  tagServer,
  untagServer,
  skipServer,
  unskipServer,
  stopServer,
  startServer,
  protectServer,
  newServer,
  terminateServer,
} satisfies Record<string, ServerDeed>;

/** Instances that are there, whatever they do. */
export function servers(account: Account): InstanceRecord[] {
  const gone = new Set<string | undefined>(['shutting-down', 'terminated']);
  return [...account.region(account.homeRegion).instances.values()].filter(
    ({ description }) => !gone.has(description.State?.Name),
  );
}
