import { createHash } from 'node:crypto';
import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { type NamedPolicy, namedPolicySchema } from '../shared/domain/policy.ts';
import type { InstanceExtras } from '../simulator/contents.ts';

/** The Region that the handlers of a process serve: they read it once, when they are loaded. */
export const home = 'eu-west-1';

/** An instance with its volumes, as a story begins with it. */
export interface Server {
  id: string;
  instance: Instance;
  volumes: Volume[];
  extras: InstanceExtras;
}

export interface ServerOptions {
  /** The value of the tag that names its policies; null for none. Default `gold`. */
  under?: string | null;
  tags?: Record<string, string>;
  devices?: readonly string[];
  state?: 'running' | 'stopped';
  encrypted?: boolean;
  /** The Auto Scaling group that it is a member of. */
  group?: string;
  changes?: Partial<Instance>;
  extras?: InstanceExtras;
}

const launched = new Date('2026-01-01T00:00:00Z');

/** A running server with one volume of 8 GB, under the policy gold; its ids follow from its name. */
export function server(name: string, options: ServerOptions = {}): Server {
  const digits = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const id = `i-0${digits}`;
  const devices = options.devices ?? ['/dev/xvda'];
  const under = options.under === undefined ? 'gold' : options.under;
  const tags = {
    Name: name,
    ...(under === null ? {} : { 'ami-lifecycle:policy': under }),
    ...(options.group ? { 'aws:autoscaling:groupName': options.group } : {}),
    ...options.tags,
  };
  const volumeIds = devices.map((_, index) => `vol-${index}${digits}`);
  const volumes = volumeIds.map(
    (VolumeId, index): Volume => ({
      VolumeId,
      Size: 8,
      VolumeType: 'gp3',
      State: 'in-use',
      Encrypted: options.encrypted ?? false,
      AvailabilityZone: `${home}a`,
      CreateTime: launched,
      Attachments: [{ Device: devices[index], InstanceId: id, State: 'attached', VolumeId }],
    }),
  );
  const instance: Instance = {
    InstanceId: id,
    ImageId: 'ami-00000000000000001',
    InstanceType: 't3.large',
    State: options.state === 'stopped' ? { Code: 80, Name: 'stopped' } : { Code: 16, Name: 'running' },
    LaunchTime: launched,
    Placement: { AvailabilityZone: `${home}a`, Tenancy: 'default' },
    RootDeviceType: 'ebs',
    RootDeviceName: devices[0],
    BlockDeviceMappings: volumeIds.map((VolumeId, index) => ({
      DeviceName: devices[index],
      Ebs: { VolumeId, Status: 'attached', DeleteOnTermination: true, AttachTime: launched },
    })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...options.changes,
  };
  return { id, instance, volumes, extras: options.extras ?? {} };
}

/** A server whose data lies beside its system on two further volumes. */
export function database(options: ServerOptions = {}): Server {
  return server('database', { devices: ['/dev/xvda', '/dev/sdf', '/dev/sdg'], ...options });
}

/** A policy with every default, but for what is given; daily at 03:00 UTC. */
export function policy(name: string, fields: Record<string, unknown> = {}): NamedPolicy {
  return namedPolicySchema.parse({ name, schedule: { cron: '0 3 * * ? *', timezone: 'UTC' }, ...fields });
}
