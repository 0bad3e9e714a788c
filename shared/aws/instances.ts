import { type AutoScalingClient, DescribeAutoScalingInstancesCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  type Instance as Ec2Instance,
  type InstanceStatus as Ec2InstanceStatus,
  type Filter,
  paginateDescribeInstances,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { LifecycleError } from '../domain/errors.ts';
import type { Health, Instance, InstanceState, InstanceStatus, Lease, StopFacts } from '../domain/instance.ts';
import { isAlive, leaseTags } from '../domain/instance.ts';
import { autoScalingGroupKey } from '../domain/tags.ts';
import { calling, callingForMaybe, hasCode, told } from './aws-errors.ts';
import * as clients from './clients.ts';
import { inFilters } from './in-filters.ts';
import { removeTags, tagsOf, writeTags } from './tagging.ts';

/** The EC2 instances of one Region. */
export function instancesIn(region: string) {
  const ec2 = clients.ec2(region);
  const autoScaling = clients.autoScaling(region);
  return {
    /** The instance, or undefined once EC2 has forgotten it (about an hour after its termination). */
    async describe(instanceId: string): Promise<Instance | undefined> {
      const [instance] = await list(ec2, [{ Name: 'instance-id', Values: [instanceId] }]);
      return instance;
    },

    /**
     * Instances that carry a tag of this key, of any value, and are not terminated. The value is for the caller to
     * judge: EC2's own wildcards (`*`, `?`, `\`) would read a user's value differently.
     * @param instanceIds only these, if given; unknown ids are no error
     */
    async listTagged(key: string, instanceIds?: readonly string[]): Promise<Instance[]> {
      const filters: Filter[] = [
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
        { Name: 'tag-key', Values: [key.replaceAll(/[\\*?]/g, '\\$&')] },
      ];
      if (!instanceIds) return list(ec2, filters);
      const found: Instance[] = [];
      for (const ids of inFilters(instanceIds)) {
        found.push(...(await list(ec2, [...filters, { Name: 'instance-id', Values: ids }])));
      }
      return found;
    },

    /** Which of these are terminated, or so long so that EC2 has forgotten them. */
    async goneOf(instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
      const gone = new Set(instanceIds);
      for (const ids of inFilters(instanceIds)) {
        for (const instance of await list(ec2, [{ Name: 'instance-id', Values: ids }])) {
          if (isAlive(instance)) gone.delete(instance.instanceId);
        }
      }
      return gone;
    },

    /** What else decides whether it may be stopped; DescribeInstances says none of it. */
    async stopFacts(instance: Instance): Promise<StopFacts> {
      return {
        autoScalingGroup:
          instance.tags[autoScalingGroupKey] ?? (await autoScalingGroup(autoScaling, instance.instanceId)),
        spotRequest: instance.isSpot ? await spotRequest(ec2, instance.instanceId) : undefined,
        isStopProtected: await isStopProtected(ec2, instance.instanceId),
        hasInstanceStore: await hasInstanceStore(ec2, instance.instanceType),
      };
    },

    /** @throws StopRefused where EC2 will not stop this instance, whatever we do */
    async stop(instanceId: string): Promise<void> {
      try {
        await calling(`StopInstances ${instanceId}`, () =>
          ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] })),
        );
      } catch (error) {
        if (!hasCode(error, 'UnsupportedOperation', 'OperationNotPermitted', 'IncorrectInstanceState')) throw error;
        const message = error instanceof Error ? error.message : '';
        throw new LifecycleError('StopRefused', `${instanceId} cannot be stopped: ${message}`, { instanceId }, error);
      }
    },

    /** @returns `already` where somebody else had started it; `refused` while EC2 cannot start it from its present state */
    async start(instanceId: string): Promise<'started' | 'already' | 'refused'> {
      try {
        const { StartingInstances: [change] = [] } = await calling(`StartInstances ${instanceId}`, () =>
          ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] })),
        );
        // Reads lag, this does not.
        return change?.PreviousState?.Name === 'stopped' ? 'started' : 'already';
      } catch (error) {
        if (hasCode(error, 'IncorrectInstanceState')) return 'refused';
        throw error;
      }
    },

    /**
     * The state, and all status checks that EC2 makes: system, instance and attached volumes. For looking again and again:
     * EC2 counts these calls apart from DescribeInstances, which everybody in the account needs.
     * @returns undefined where EC2 lists nothing, which alone is no proof that it is gone
     */
    async status(instanceId: string): Promise<InstanceStatus | undefined> {
      const answer = await callingForMaybe(`DescribeInstanceStatus ${instanceId}`, () =>
        ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [instanceId], IncludeAllInstances: true })),
      );
      const described = answer?.InstanceStatuses?.[0];
      if (!described) return undefined;
      const state = told(described.InstanceState?.Name, 'DescribeInstanceStatus: InstanceState');
      return { state, health: healthOf(described) };
    },

    async writeLease(instanceId: string, lease: Lease): Promise<void> {
      await writeTags(ec2, [instanceId], leaseTags(lease));
    },

    /** Removes this lease as it was read, and no other's that has been written since. */
    async removeLease(instanceId: string, lease: Lease): Promise<void> {
      const tags = Object.entries(leaseTags(lease)).map(([Key, Value]) => ({ Key, Value }));
      await removeTags(ec2, instanceId, tags);
    },
  };
}

async function list(ec2: EC2Client, filters: Filter[]): Promise<Instance[]> {
  return calling('DescribeInstances', async () => {
    const instances: Instance[] = [];
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 1000 }, { Filters: filters })) {
      for (const { Instances = [] } of page.Reservations ?? []) instances.push(...Instances.map(instanceOf));
    }
    return instances;
  });
}

function instanceOf(described: Ec2Instance): Instance {
  const interfaces = described.NetworkInterfaces ?? [];
  return {
    instanceId: told(described.InstanceId, 'DescribeInstances: InstanceId'),
    state: stateOf(described),
    stateReason: described.StateReason?.Message ?? described.StateTransitionReason ?? '',
    stoppedByHandAt: stoppedByHandAt(described.StateTransitionReason),
    launchedAt: described.LaunchTime?.toISOString() ?? '',
    instanceType: described.InstanceType ?? '',
    rootDeviceType: described.RootDeviceType === 'instance-store' ? 'instance-store' : 'ebs',
    rootDeviceName: described.RootDeviceName ?? '',
    // A volume that is overlooked is one whose snapshot nobody waits for.
    devices: (described.BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }) => ({
      deviceName: told(DeviceName, 'DescribeInstances: DeviceName'),
      volumeId: told(Ebs?.VolumeId, 'DescribeInstances: VolumeId'),
    })),
    tags: tagsOf(described.Tags),
    isSpot: described.InstanceLifecycle === 'spot',
    // An Elastic IP is owned by an account; an address lent for the time of running, by Amazon.
    hasTemporaryAddress: interfaces.some(({ Association }) => Association?.IpOwnerId === 'amazon'),
  };
}

/** EC2 says so in words: `User initiated (2026-11-21 10:00:00 GMT)`. */
function stoppedByHandAt(reason = ''): string {
  const [, day, time] = /^User initiated \((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) GMT\)$/.exec(reason) ?? [];
  return day && time ? `${day}T${time}Z` : '';
}

/** A state that EC2 may add one day is not known to be safe: neither stopped nor running. */
function stateOf({ State }: Ec2Instance): InstanceState {
  return State?.Name ?? 'pending';
}

function healthOf(status: Ec2InstanceStatus): Health {
  const checks = [
    status.SystemStatus?.Status,
    status.InstanceStatus?.Status,
    // Absent on older instance types: then there is no such check to wait for.
    status.AttachedEbsStatus?.Status ?? 'ok',
  ];
  if (checks.some((check) => check === 'impaired')) return 'impaired';
  return checks.every((check) => check === 'ok' || check === 'not-applicable') ? 'ok' : 'initializing';
}

async function autoScalingGroup(client: AutoScalingClient, instanceId: string): Promise<string | undefined> {
  const { AutoScalingInstances: [member] = [] } = await calling(`DescribeAutoScalingInstances ${instanceId}`, () =>
    client.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] })),
  );
  return member && told(member.AutoScalingGroupName, 'DescribeAutoScalingInstances: AutoScalingGroupName');
}

/** A request that is no longer known cannot be told to be persistent, so it is taken for one-time. */
async function spotRequest(ec2: EC2Client, instanceId: string): Promise<'persistent' | 'one-time'> {
  const answer = await callingForMaybe(`DescribeSpotInstanceRequests ${instanceId}`, () =>
    ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters: [{ Name: 'instance-id', Values: [instanceId] }] })),
  );
  return answer?.SpotInstanceRequests?.[0]?.Type === 'persistent' ? 'persistent' : 'one-time';
}

async function isStopProtected(ec2: EC2Client, instanceId: string): Promise<boolean> {
  const answer = await callingForMaybe(`DescribeInstanceAttribute ${instanceId}`, () =>
    ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'disableApiStop' })),
  );
  return answer !== undefined && told(answer.DisableApiStop?.Value, 'DescribeInstanceAttribute: DisableApiStop');
}

async function hasInstanceStore(ec2: EC2Client, instanceType: string): Promise<boolean> {
  const { InstanceTypes: [type] = [] } = await calling(`DescribeInstanceTypes ${instanceType}`, () =>
    ec2.send(new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [instanceType] }] })),
  );
  // A type that the Region no longer offers is not listed: what is not known must not be erased by a stop.
  return type === undefined || told(type.InstanceStorageSupported, 'DescribeInstanceTypes: InstanceStorageSupported');
}
