import type { Image, LaunchTemplateVersion, Snapshot } from '@aws-sdk/client-ec2';
import { tagList } from '../shared/aws/tagging.ts';
import { imageName, slotOf } from '../shared/domain/naming.ts';
import { imageTags, type Tags, tagKeys } from '../shared/domain/tags.ts';
import type { AccountContents } from '../simulator/contents.ts';
import { fleet } from './bench-world.ts';

const dayMs = 86_400_000;

/**
 * Servers that were captured once a day for so many days, the last time today: so many images each, with two snapshots
 * each, and a launch template for each server that launches its newest image.
 * @param today ISO instant of the newest captures
 */
export function agedFleet(count: number, days: number, today: string): AccountContents {
  const { instances, volumes = [] } = fleet(count);
  const images: Image[] = [];
  const snapshots: Snapshot[] = [];
  const launchTemplateVersions: LaunchTemplateVersion[] = [];
  instances.forEach((instance, place) => {
    const instanceId = instance.InstanceId ?? '';
    const team = `team-${place % 20}`;
    instance.Tags?.push(
      ...tagList({ Name: `web-${place}`, Team: team, Environment: 'production', CostCentre: '4711' }),
    );
    for (let age = days - 1; age >= 0; age--) {
      const startedAt = new Date(Date.parse(today) - age * dayMs);
      const digits = (place * days + age).toString(16).padStart(15, '0');
      const Tags = tagList(tagsOfImage(instanceId, team, place, startedAt));
      const ImageId = `ami-00${digits}`;
      const own = snapshotsOf(volumes.slice(2 * place, 2 * place + 2), {
        digits,
        startedAt,
        ImageId,
        instanceId,
        Tags,
      });
      snapshots.push(...own);
      images.push(imageOf(instanceId, ImageId, startedAt, own, Tags));
      if (age === 0) launchTemplateVersions.push(templateOf(digits, ImageId, startedAt));
    }
  });
  return { instances, volumes, images, snapshots, launchTemplateVersions };
}

function tagsOfImage(instanceId: string, team: string, place: number, startedAt: Date): Tags {
  const born = imageTags({
    policyName: 'gold',
    instanceId,
    slot: slotOf(startedAt.toISOString()),
    consistency: 'stopped',
    policyTags: { ManagedBy: 'platform' },
    instanceTags: { Name: `web-${place}`, Team: team, Environment: 'production', CostCentre: '4711' },
  });
  return { ...born, [tagKeys.state]: 'complete' };
}

interface Capture {
  digits: string;
  startedAt: Date;
  ImageId: string;
  instanceId: string;
  Tags: { Key?: string | undefined; Value?: string | undefined }[];
}

function snapshotsOf(
  volumes: NonNullable<AccountContents['volumes']>,
  { digits, startedAt, ImageId, instanceId, Tags }: Capture,
): Snapshot[] {
  return volumes.map(({ VolumeId, Size }, place) => ({
    SnapshotId: `snap-0${place}${digits}`,
    VolumeId,
    VolumeSize: Size,
    State: 'completed',
    Progress: '100%',
    StartTime: startedAt,
    CompletionTime: new Date(startedAt.getTime() + 600_000),
    OwnerId: '111122223333',
    Encrypted: false,
    StorageTier: 'standard',
    Description: `Created by CreateImage(${instanceId}) for ${ImageId}`,
    Tags,
  }));
}

function imageOf(
  instanceId: string,
  ImageId: string,
  startedAt: Date,
  snapshots: readonly Snapshot[],
  Tags: Capture['Tags'],
): Image {
  const Name = imageName('gold', instanceId, slotOf(startedAt.toISOString()));
  return {
    ImageId,
    Name,
    Description: `${instanceId} by ami-lifecycle, policy gold`,
    ImageLocation: `111122223333/${Name}`,
    State: 'available',
    OwnerId: '111122223333',
    Public: false,
    Architecture: 'arm64',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    ImageType: 'machine',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    BootMode: 'uefi',
    ImdsSupport: 'v2.0',
    SourceInstanceId: instanceId,
    CreationDate: startedAt.toISOString(),
    DeregistrationProtection: 'disabled',
    BlockDeviceMappings: snapshots.map(({ SnapshotId, VolumeSize }, place) => ({
      DeviceName: ['/dev/xvda', '/dev/sdf'][place],
      Ebs: {
        SnapshotId,
        VolumeSize,
        VolumeType: 'gp3',
        Iops: 3000,
        Throughput: 125,
        DeleteOnTermination: place === 0,
        Encrypted: false,
      },
    })),
    Tags,
  };
}

function templateOf(digits: string, ImageId: string, CreateTime: Date): LaunchTemplateVersion {
  return {
    LaunchTemplateId: `lt-00${digits}`,
    LaunchTemplateName: `web-${digits}`,
    VersionNumber: 1,
    DefaultVersion: true,
    CreateTime,
    LaunchTemplateData: { ImageId, InstanceType: 'm7g.large' },
  };
}
