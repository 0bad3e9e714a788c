import type { Volume } from '@aws-sdk/client-ec2';
import type { RegionState, VolumeRecord } from '../state.ts';
import type { World } from '../world.ts';

/** A volume with what describe-volumes does not say: how full it is, and how fast it changes. */
export function volumeRecord(world: World, id: string, description: Volume, dailyChangeRate?: number): VolumeRecord {
  const random = world.random.stream('volume', id);
  const used = world.behaviour.usedFraction(description, random) * (description.Size ?? 8);
  const drawnRate = world.behaviour.dailyChangeRate(description, random);
  return {
    id,
    description,
    usedGigabytes: used,
    dailyChangeRate: dailyChangeRate ?? drawnRate,
    lastSnapshotAtMs: Number.NEGATIVE_INFINITY,
    snapshotsUnderWay: 0,
  };
}

/** Volumes that are deleted with their instance go; the others become available. */
export function removeVolumesWith(region: RegionState, instanceId: string): void {
  for (const volume of region.volumes.values()) {
    const attachment = volume.description.Attachments?.find(({ InstanceId }) => InstanceId === instanceId);
    if (!attachment) continue;
    if (attachment.DeleteOnTermination) region.volumes.delete(volume.id);
    else volume.description = { ...volume.description, State: 'available', Attachments: [] };
  }
}

/** Magnetic volumes take one snapshot at a time. */
export function concurrentSnapshots(volume: VolumeRecord): number {
  const type = volume.description.VolumeType;
  return type === 'st1' || type === 'sc1' ? 1 : 5;
}

/** Snapshots of one volume and key share their blocks. */
export function lineageOf(volumeId: string, isEncrypted: boolean | undefined, keyArn: string | undefined): string {
  return `${volumeId}|${isEncrypted ? (keyArn ?? 'default key') : 'plain'}`;
}
