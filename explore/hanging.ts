import { createHash } from 'node:crypto';
import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { home, policy, type Server } from './servers.ts';
import { slotAt, slotMs } from './slots.ts';
import type { Story } from './world.ts';

const dayMs = 86_400_000;

/** The policy gold with short patience: two dailies stay, a day of grace, everything may go at once. */
export function impatient(
  fields: Readonly<Record<string, unknown>> = {},
  retire: Readonly<Record<string, unknown>> = {},
): NamedPolicy {
  return policy('gold', {
    retain: { daily: 2 },
    retire: { mode: 'enforce', graceDays: 1, maxPercentPerRun: 100, ...retire },
    ...fields,
  });
}

/** The slots of so many nights, the last of which is that of the day named: `2026-11-21` gives `20261121T0300Z`. */
export function nightsUntil(day: string, count: number): string[] {
  const lastMs = Date.parse(`${day}T03:00:00Z`);
  return Array.from({ length: count }, (_, index) => slotAt(lastMs - (count - 1 - index) * dayMs));
}

interface Hanging {
  region?: string;
  policyName?: string;
  /** Further tags of the images, or others than a complete capture has. */
  tags?: Readonly<Record<string, string>>;
  /** The home of the stack that made them, whose captures say no origin; by default ours. */
  madeBy?: string;
  changes?: Partial<Image>;
}

/** Puts images of a server into the account as captures, and copies elsewhere, would have left them; returns their ids. */
export function hang(story: Story, { id, volumes }: Server, slots: readonly string[], hanging: Hanging = {}): string[] {
  const { region = home, policyName = 'gold', madeBy = home } = hanging;
  const images: Image[] = [];
  const snapshots: Snapshot[] = [];
  for (const slot of slots) {
    const Name = nameOf({ policyName, instanceId: id, slot });
    const ImageId = hungImageId({ region, policyName, instanceId: id, slot });
    const original = hungImageId({ region: madeBy, policyName, instanceId: id, slot });
    const takenAt = new Date(slotMs(slot));
    const tags = {
      'ami-lifecycle:policy': policyName,
      'ami-lifecycle:source': id,
      'ami-lifecycle:slot': slot,
      'ami-lifecycle:consistency': 'stopped',
      ...(region === madeBy ? {} : { 'ami-lifecycle:origin': `${madeBy}/${original}` }),
    };
    const mappings = volumes.map(({ VolumeId = '', Size = 8, Attachments = [] }, index) => {
      const SnapshotId = `snap-0${digits(`${ImageId} ${index}`)}`;
      snapshots.push({
        SnapshotId,
        VolumeId,
        VolumeSize: Size,
        State: 'completed',
        Progress: '100%',
        StartTime: takenAt,
        Description: `Created by CreateImage(${id}) for ${ImageId}`,
        Tags: tagList(tags),
      });
      return { DeviceName: Attachments[0]?.Device, Ebs: { SnapshotId, VolumeSize: Size, VolumeType: 'gp3' as const } };
    });
    images.push({
      ImageId,
      Name,
      State: 'available',
      CreationDate: takenAt.toISOString(),
      SourceInstanceId: id,
      RootDeviceType: 'ebs',
      RootDeviceName: mappings[0]?.DeviceName,
      VirtualizationType: 'hvm',
      Architecture: 'x86_64',
      BlockDeviceMappings: mappings,
      Tags: tagList({ ...tags, 'ami-lifecycle:state': 'complete', ...hanging.tags }),
      ...hanging.changes,
    });
  }
  story.account.load({ instances: [], images, snapshots }, region);
  return images.map(({ ImageId = '' }) => ImageId);
}

interface Hung {
  policyName?: string;
  instanceId: string;
  slot: string;
}

/** The id of an image that hangs, or has hung: it follows from what the image is of. */
export function hungImageId({ region, ...hung }: Hung & { region: string }): string {
  return `ami-0${digits(`${region} ${nameOf(hung)}`)}`;
}

function nameOf({ policyName = 'gold', instanceId, slot }: Hung): string {
  return `${policyName}/${instanceId}/${slot}`;
}

function digits(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
