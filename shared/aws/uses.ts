import {
  type EC2Client,
  paginateDescribeImageReferences,
  paginateDescribeImages,
  paginateDescribeStoreImageTasks,
} from '@aws-sdk/client-ec2';
import { isLifecycleError, LifecycleError } from '../domain/errors.ts';
import type { Image } from '../domain/image.ts';
import type { UsageReport } from '../domain/usage-report.ts';
import { mergedUses, type Uses } from '../domain/uses.ts';
import { calling, told } from './aws-errors.ts';
import * as clients from './clients.ts';
import { readUsageReports } from './usage-reports.ts';
import { addFleets, addSpotRequests } from './uses-of-fleets.ts';
import { addAutoScaling } from './uses-of-groups.ts';
import { type Add, addNamedVersions, addTemplates, type Launch, type Subject } from './uses-of-templates.ts';

/** DescribeImageReferences takes so many images at once. */
const imagesAtOnce = 10;
/** DescribeStoreImageTasks takes so many; then it knows no pages. */
const storedImagesAtOnce = 20;

/**
 * Who needs an image of one Region. `DescribeImageReferences` knows instances, launch templates, parameters and recipes of
 * this account; it leaves out Auto Scaling, fleets, Spot requests, tasks under way and other accounts, which are asked one by one.
 * Source: EC2 User Guide, "Identify your resources referencing specified AMIs".
 */
export function usesIn(region: string) {
  const ec2 = clients.ec2(region);
  return {
    /**
     * Whoever mounts a snapshot of an image as a data disk needs the image, as its snapshots go with it.
     * @param launchTemplateVersions how many of the newest versions of each launch template are looked at for images; for what
     *   they mount, the default and the newest version alone, and those that groups and fleets name
     * @returns also the reports on other accounts: of an image without one it is not known whether they use it
     * @throws EvidenceIncomplete where any of the questions is not answered: then nothing is known, and nothing may go
     */
    of: (
      images: readonly Pick<Image, 'imageId' | 'snapshotIds'>[],
      { launchTemplateVersions }: { launchTemplateVersions: number },
    ): Promise<{ uses: Uses; reports: ReadonlyMap<string, UsageReport> }> =>
      complete(region, 'images', async () => {
        if (images.length === 0) return { uses: new Map(), reports: new Map() };
        const imageIds = images.map(({ imageId }) => imageId);
        const wanted = new Set(imageIds);
        const owners = ownersOf(images);
        const uses = new Map<string, string[]>();
        const add: AddImage = (imageId = '', sentence) => {
          if (wanted.has(imageId)) uses.set(imageId, [...(uses.get(imageId) ?? []), sentence]);
        };
        await addLaunches('images', (launch, sentence) => {
          add(launch.ImageId, sentence);
          for (const snapshotId of mountedBy(launch)) {
            const others = owners.get(snapshotId)?.filter((imageId) => imageId !== launch.ImageId) ?? [];
            for (const imageId of others) add(imageId, `${sentence}, which mounts ${snapshotId}`);
          }
        });
        await addArchiving(ec2, imageIds, add);
        const reports = await readUsageReports(ec2, imageIds, add);
        for (let index = 0; index < imageIds.length; index += imagesAtOnce) {
          await addReferences(ec2, imageIds.slice(index, index + imagesAtOnce), launchTemplateVersions, add);
        }
        return { uses: mergedUses(uses), reports };
      }),

    /**
     * Who mounts these snapshots as data disks, in whatever launches by itself: for each that somebody does, a sentence for each
     * of them.
     * @throws EvidenceIncomplete
     */
    mounting: (snapshotIds: readonly string[]): Promise<Uses> =>
      complete(region, 'snapshots', async () => {
        const wanted = new Set(snapshotIds);
        const uses = new Map<string, string[]>();
        await addLaunches('snapshots', (launch, sentence) => {
          for (const snapshotId of mountedBy(launch).filter((each) => wanted.has(each))) {
            uses.set(snapshotId, [...(uses.get(snapshotId) ?? []), `${sentence}, which mounts ${snapshotId}`]);
          }
        });
        return mergedUses(uses);
      }),

    /**
     * The images that are being copied into this Region, whoever copies them, with the copy that they wait for.
     * @throws EvidenceIncomplete
     */
    copying: (): Promise<Uses> =>
      complete(region, 'images', async () => {
        const uses = new Map<string, string[]>();
        const pages = paginateDescribeImages(
          { client: ec2, pageSize: 1000 },
          { Owners: ['self'], Filters: [{ Name: 'state', Values: ['pending'] }] },
        );
        await calling(`DescribeImages in ${region}`, async () => {
          for await (const { Images = [] } of pages) {
            for (const { ImageId, SourceImageId, SourceInstanceId } of Images) {
              // One that is being made of an instance names, as its source, what the instance was launched from.
              if (SourceImageId && !SourceInstanceId)
                uses.set(SourceImageId, [`being copied to ${region} as ${told(ImageId, 'DescribeImages: ImageId')}`]);
            }
          }
        });
        return uses;
      }),
  };

  /** Whatever launches by a template, or by a specification of its own. */
  async function addLaunches(subject: Subject, add: Add): Promise<void> {
    const read = await addTemplates(ec2, subject, add);
    const ofGroups = await addAutoScaling(clients.autoScaling(region), subject, add);
    const ofFleets = await addFleets(ec2, add);
    await addNamedVersions(ec2, subject, { named: [...ofGroups, ...ofFleets], read }, add);
    await addSpotRequests(ec2, subject, add);
  }
}

/** Takes note of one who needs an image: `in use by …`. */
type AddImage = (imageId: string | undefined, sentence: string) => void;

/** The images of each snapshot; several may share one. */
function ownersOf(images: readonly Pick<Image, 'imageId' | 'snapshotIds'>[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const { imageId, snapshotIds } of images) {
    for (const snapshotId of snapshotIds) owners.set(snapshotId, [...(owners.get(snapshotId) ?? []), imageId]);
  }
  return owners;
}

function mountedBy({ BlockDeviceMappings = [] }: Launch): string[] {
  return BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
}

/**
 * Throttling and outages pass, so they are thrown on and tried again; any other refusal leaves a gap in what is known. What AWS
 * did not say is an error of ours.
 */
async function complete<Answer>(region: string, subject: Subject, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!isLifecycleError(error) && !isFromAws(error)) throw error;
    if (isLifecycleError(error) && error.disposition === 'retry') throw error;
    const reason = error.message;
    throw new LifecycleError(
      'EvidenceIncomplete',
      `Whether ${subject} in ${region} are in use is not known: ${reason}`,
      { region, reason },
      error,
    );
  }
}

/** The SDK puts `$metadata` on whatever it throws, errors of ours included; a status has only what AWS answered. */
function isFromAws(error: unknown): error is Error {
  if (!(error instanceof Error) || !('$metadata' in error)) return false;
  return typeof error.$metadata === 'object' && error.$metadata !== null && 'httpStatusCode' in error.$metadata;
}

async function addReferences(
  ec2: EC2Client,
  ImageIds: string[],
  launchTemplateVersions: number,
  add: AddImage,
): Promise<void> {
  // `IncludeAllResourceTypes` would take only ten versions of a template, and terminated instances for users.
  const ResourceTypes = [
    {
      ResourceType: 'ec2:Instance' as const,
      ResourceTypeOptions: [
        {
          OptionName: 'state-name' as const,
          OptionValues: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'],
        },
      ],
    },
    {
      ResourceType: 'ec2:LaunchTemplate' as const,
      ResourceTypeOptions: [{ OptionName: 'version-depth' as const, OptionValues: [String(launchTemplateVersions)] }],
    },
    { ResourceType: 'ssm:Parameter' as const },
    { ResourceType: 'imagebuilder:ImageRecipe' as const },
    { ResourceType: 'imagebuilder:ContainerRecipe' as const },
  ];
  await calling(`DescribeImageReferences ${ImageIds.join(', ')}`, async () => {
    for await (const { ImageReferences = [] } of paginateDescribeImageReferences(
      { client: ec2, pageSize: 1000 },
      { ImageIds, ResourceTypes },
    )) {
      for (const { ImageId, ResourceType, Arn = '' } of ImageReferences) {
        const kind = told(ResourceType, 'DescribeImageReferences: ResourceType');
        add(told(ImageId, 'DescribeImageReferences: ImageId'), `in use by ${words[kind] ?? kind} ${nameIn(Arn)}`);
      }
    }
  });
}

const words: Readonly<Record<string, string>> = {
  'ec2:Instance': 'instance',
  'ec2:LaunchTemplate': 'launch template',
  'ssm:Parameter': 'parameter',
  'imagebuilder:ImageRecipe': 'image recipe',
  'imagebuilder:ContainerRecipe': 'container recipe',
};

/** What follows the kind of resource in an ARN; a parameter's name keeps its path. */
function nameIn(arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  return resource.startsWith('parameter/') ? resource.slice('parameter'.length) : resource.replace(/^[^/]*\//, '');
}

/** Of a few images their own tasks; of many all tasks under way, which are fewer calls: there is one every two seconds. */
async function addArchiving(ec2: EC2Client, imageIds: readonly string[], add: AddImage): Promise<void> {
  const isFew = imageIds.length <= storedImagesAtOnce;
  const pages = paginateDescribeStoreImageTasks(
    { client: ec2, ...(isFew ? {} : { pageSize: 200 }) },
    isFew ? { ImageIds: [...imageIds] } : { Filters: [{ Name: 'task-state', Values: ['InProgress'] }] },
  );
  await calling('DescribeStoreImageTasks', async () => {
    for await (const { StoreImageTaskResults = [] } of pages) {
      for (const { AmiId, Bucket = 'S3', StoreTaskState } of StoreImageTaskResults) {
        // Filters are ignored where images are named.
        const state = told(StoreTaskState, 'DescribeStoreImageTasks: StoreTaskState');
        if (state === 'InProgress') add(told(AmiId, 'DescribeStoreImageTasks: AmiId'), `being archived to ${Bucket}`);
      }
    }
  });
}
