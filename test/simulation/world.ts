import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { type Observer, observe } from '../../cli/simulation/observer.ts';
import { createStack, type Stack } from '../../cli/simulation/stack.ts';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { type NamedPolicy, namedPolicySchema } from '../../shared/domain/policy.ts';
import { type Account, createAccount } from '../../simulator/account.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import type { InstanceExtras } from '../../simulator/contents.ts';
import type { Fault } from '../../simulator/faults.ts';

export const home = 'eu-west-1';

/** What a story begins with. Everything left out is as plain as can be. */
export interface Beginning {
  at?: string;
  seed?: number;
  policies: readonly NamedPolicy[];
  servers: readonly Server[];
  faults?: readonly Fault[];
  behaviour?: Partial<Behaviour>;
  /** Schedules run until then; without it runs are started by hand. */
  schedulesUntil?: string;
}

export interface Server {
  instance: Instance;
  volumes: Volume[];
  extras: InstanceExtras;
}

export interface Story {
  account: Account;
  clock: VirtualClock;
  stack: Stack;
  observer: Observer;
  /** Captures now, as if by hand, and lets everything come to its end. */
  capture(policy: string): Promise<void>;
  /** Lets time pass until that instant. */
  until(at: string): Promise<void>;
  /** Lets everything that is under way come to its end. */
  rest(): Promise<void>;
  instance(instanceId: string): Instance;
}

let serversMade = 0;

/** A server with one volume of 8 GB, running, under the policy gold. */
export function server(
  options: {
    tags?: Record<string, string>;
    volumes?: readonly string[];
    state?: 'running' | 'stopped';
    changes?: Partial<Instance>;
    extras?: InstanceExtras;
  } = {},
): Server {
  const digits = (++serversMade).toString(16).padStart(16, '0');
  const instanceId = `i-0${digits}`;
  const devices = options.volumes ?? ['/dev/xvda'];
  const tags = options.tags ?? { 'ami-lifecycle:policy': 'gold' };
  const volumes = devices.map(
    (device, index): Volume => ({
      VolumeId: `vol-${index}${digits}`,
      Size: 8,
      VolumeType: 'gp3',
      State: 'in-use',
      Encrypted: false,
      AvailabilityZone: `${home}a`,
      CreateTime: new Date('2026-01-01T00:00:00Z'),
      Attachments: [{ Device: device, InstanceId: instanceId, State: 'attached', VolumeId: `vol-${index}${digits}` }],
    }),
  );
  const instance: Instance = {
    InstanceId: instanceId,
    ImageId: 'ami-00000000000000001',
    InstanceType: 't3.large',
    State: options.state === 'stopped' ? { Code: 80, Name: 'stopped' } : { Code: 16, Name: 'running' },
    LaunchTime: new Date('2026-01-01T00:00:00Z'),
    Placement: { AvailabilityZone: `${home}a`, Tenancy: 'default' },
    RootDeviceType: 'ebs',
    RootDeviceName: devices[0] ?? '/dev/xvda',
    BlockDeviceMappings: volumes.map(({ VolumeId }, index) => ({
      DeviceName: devices[index] ?? '',
      Ebs: {
        VolumeId: VolumeId ?? '',
        Status: 'attached',
        DeleteOnTermination: true,
        AttachTime: new Date('2026-01-01T00:00:00Z'),
      },
    })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...options.changes,
  };
  return { instance, volumes, extras: options.extras ?? {} };
}

/** A policy with every default, but for what is given. */
export function policy(name: string, fields: Record<string, unknown> = {}): NamedPolicy {
  return namedPolicySchema.parse({ name, schedule: { cron: '0 3 * * ? *', timezone: 'UTC' }, ...fields });
}

/** Builds a world and lets a story be told in it. */
export async function given(beginning: Beginning): Promise<Story> {
  const clock = virtualClock(beginning.at ?? '2026-11-21T00:00:00Z');
  const seed = beginning.seed ?? 1;
  const account = createAccount({
    accountId: '111122223333',
    homeRegion: home,
    clock,
    seed,
    ...(beginning.faults ? { faults: beginning.faults } : {}),
    ...(beginning.behaviour ? { behaviour: beginning.behaviour } : {}),
  });
  account.load({
    instances: beginning.servers.map(({ instance }) => instance),
    volumes: beginning.servers.flatMap(({ volumes }) => volumes),
    instanceExtras: Object.fromEntries(
      beginning.servers.map(({ instance, extras }) => [instance.InstanceId ?? '', extras]),
    ),
  });
  const stack = await createStack({
    account,
    clock,
    seed,
    policies: beginning.policies,
    keepHistory: 'all',
    ...(beginning.schedulesUntil ? { schedulesUntilMs: Date.parse(beginning.schedulesUntil) } : {}),
  });
  const observer = observe(account, stack);
  return {
    account,
    clock,
    stack,
    observer,
    async capture(policyName) {
      stack.capture({ policy: policyName, scheduledAt: new Date(clock.now()).toISOString() });
      await clock.run();
    },
    until: (at) => clock.run(Date.parse(at)),
    rest: () => clock.run(),
    instance(instanceId) {
      const record = account.region(home).instances.get(instanceId);
      if (!record) throw new Error(`There is no instance ${instanceId} in ${home}.`);
      return record.description;
    },
  };
}
