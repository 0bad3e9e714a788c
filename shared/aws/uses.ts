import {
  type AutoScalingGroup,
  type LaunchTemplateSpecification,
  paginateDescribeAutoScalingGroups,
  paginateDescribeLaunchConfigurations,
} from '@aws-sdk/client-auto-scaling';
import {
  type EC2Client,
  type LaunchTemplateVersion,
  paginateDescribeImageReferences,
  paginateDescribeImages,
  paginateDescribeLaunchTemplateVersions,
  paginateDescribeStoreImageTasks,
} from '@aws-sdk/client-ec2';
import { isLifecycleError, LifecycleError } from '../domain/errors.ts';
import type { UsageReport } from '../domain/usage-report.ts';
import { mergedUses, type Uses } from '../domain/uses.ts';
import { calling, hasCode } from './aws-errors.ts';
import * as clients from './clients.ts';
import { readUsageReports } from './usage-reports.ts';

/** DescribeImageReferences takes so many images at once. */
const imagesAtOnce = 10;

type Add = (imageId: string | undefined, sentence: string) => void;

/**
 * Who needs an image of one Region. `DescribeImageReferences` knows instances, launch templates, parameters and recipes of
 * this account; it leaves out Auto Scaling, tasks under way and other accounts, which are asked one by one.
 * Source: EC2 User Guide, "Identify your resources referencing specified AMIs".
 */
export function usesIn(region: string) {
  const ec2 = clients.ec2(region);
  return {
    /**
     * @param launchTemplateVersions how many of the newest versions of each launch template are looked at
     * @returns also the reports on other accounts: of an image without one it is not known whether they use it
     * @throws EvidenceIncomplete where any of the questions is not answered: then nothing is known, and nothing may go
     */
    of: (
      imageIds: readonly string[],
      { launchTemplateVersions }: { launchTemplateVersions: number },
    ): Promise<{ uses: Uses; reports: ReadonlyMap<string, UsageReport> }> =>
      complete(region, async () => {
        if (imageIds.length === 0) return { uses: new Map(), reports: new Map() };
        const wanted = new Set(imageIds);
        const uses = new Map<string, string[]>();
        const add: Add = (imageId = '', sentence) => {
          if (wanted.has(imageId)) uses.set(imageId, [...(uses.get(imageId) ?? []), sentence]);
        };
        await addTemplates(ec2, add);
        await addAutoScaling(region, add);
        await addArchiving(ec2, add);
        const reports = await readUsageReports(ec2, imageIds, add);
        for (let index = 0; index < imageIds.length; index += imagesAtOnce) {
          await addReferences(ec2, imageIds.slice(index, index + imagesAtOnce), launchTemplateVersions, add);
        }
        return { uses: mergedUses(uses), reports };
      }),

    /**
     * The images that are being copied into this Region, whoever copies them, with the copy that they wait for.
     * @throws EvidenceIncomplete
     */
    copying: (): Promise<Uses> =>
      complete(region, async () => {
        const uses = new Map<string, string[]>();
        const pages = paginateDescribeImages(
          { client: ec2, pageSize: 1000 },
          { Owners: ['self'], Filters: [{ Name: 'state', Values: ['pending'] }] },
        );
        await calling(`DescribeImages in ${region}`, async () => {
          for await (const { Images = [] } of pages) {
            for (const { ImageId = '', SourceImageId, SourceInstanceId } of Images) {
              // One that is being made of an instance names, as its source, what the instance was launched from.
              if (SourceImageId && !SourceInstanceId)
                uses.set(SourceImageId, [`being copied to ${region} as ${ImageId}`]);
            }
          }
        });
        return uses;
      }),
  };
}

/**
 * Throttling and outages pass, so they are thrown on and tried again; any other refusal leaves a gap in what is known. What AWS
 * did not say is an error of ours.
 */
async function complete<Answer>(region: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!isLifecycleError(error) && !isFromAws(error)) throw error;
    if (isLifecycleError(error) && error.disposition === 'retry') throw error;
    const reason = error.message;
    throw new LifecycleError(
      'EvidenceIncomplete',
      `Whether images in ${region} are in use is not known: ${reason}`,
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
  add: Add,
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
        add(ImageId, `in use by ${words[ResourceType ?? ''] ?? ResourceType} ${nameIn(Arn)}`);
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

/** The versions of every template that are launched where no version is named: they may be older than the depth. */
async function addTemplates(ec2: EC2Client, add: Add): Promise<void> {
  await calling('DescribeLaunchTemplateVersions', async () => {
    const versions = ['$Default', '$Latest'];
    for await (const page of paginateDescribeLaunchTemplateVersions(
      { client: ec2, pageSize: 200 },
      { Versions: versions, ResolveAlias: true },
    )) {
      for (const version of page.LaunchTemplateVersions ?? []) addVersion(version, add);
    }
  });
}

/** In the words of `addReferences`, which finds most of them, too: a template is named once. */
function addVersion({ LaunchTemplateId, LaunchTemplateData }: LaunchTemplateVersion, add: Add): void {
  add(LaunchTemplateData?.ImageId, `in use by launch template ${LaunchTemplateId}`);
}

async function addAutoScaling(region: string, add: Add): Promise<void> {
  const client = clients.autoScaling(region);
  const specifications = new Map<string, { specification: LaunchTemplateSpecification; group: string }>();
  await calling('DescribeLaunchConfigurations', async () => {
    for await (const page of paginateDescribeLaunchConfigurations({ client, pageSize: 100 }, {})) {
      for (const { ImageId, LaunchConfigurationName } of page.LaunchConfigurations ?? []) {
        add(ImageId, `in use by launch configuration ${LaunchConfigurationName}`);
      }
    }
  });
  await calling('DescribeAutoScalingGroups', async () => {
    for await (const page of paginateDescribeAutoScalingGroups({ client, pageSize: 100 }, {})) {
      for (const group of page.AutoScalingGroups ?? []) {
        for (const specification of specificationsOf(group)) {
          const { LaunchTemplateId, LaunchTemplateName, Version } = specification;
          const key = `${LaunchTemplateId ?? LaunchTemplateName} ${Version ?? ''}`;
          specifications.set(key, { specification, group: group.AutoScalingGroupName ?? '' });
        }
      }
    }
  });
  for (const { specification, group } of specifications.values()) {
    await addGroupVersion(clients.ec2(region), specification, group, add);
  }
}

/** A group's template, that of its mixed-instances policy, and those that single instance types override it with. */
function specificationsOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup): LaunchTemplateSpecification[] {
  const mixed = MixedInstancesPolicy?.LaunchTemplate;
  return [
    LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map(({ LaunchTemplateSpecification: own }) => own),
  ].filter((specification) => specification !== undefined);
}

/** Without a version a group launches the default one. A group may name a template that is gone: it launches nothing. */
async function addGroupVersion(
  ec2: EC2Client,
  { LaunchTemplateId, LaunchTemplateName, Version = '$Default' }: LaunchTemplateSpecification,
  group: string,
  add: Add,
): Promise<void> {
  const template = LaunchTemplateId === undefined ? { LaunchTemplateName } : { LaunchTemplateId };
  try {
    await calling(`DescribeLaunchTemplateVersions ${LaunchTemplateId ?? LaunchTemplateName} ${Version}`, async () => {
      const pages = paginateDescribeLaunchTemplateVersions(
        { client: ec2, pageSize: 200 },
        { ...template, Versions: [Version], ResolveAlias: true },
      );
      for await (const page of pages) {
        for (const version of page.LaunchTemplateVersions ?? []) {
          add(
            version.LaunchTemplateData?.ImageId,
            `in use by Auto Scaling group ${group} through launch template ${version.LaunchTemplateId} version ${version.VersionNumber}`,
          );
        }
      }
    });
  } catch (error) {
    if (!hasCode(error, ...goneTemplate)) throw error;
  }
}

const goneTemplate = [
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateId.VersionNotFound',
  'InvalidLaunchTemplateName.NotFoundException',
];

async function addArchiving(ec2: EC2Client, add: Add): Promise<void> {
  await calling('DescribeStoreImageTasks', async () => {
    for await (const { StoreImageTaskResults = [] } of paginateDescribeStoreImageTasks(
      { client: ec2, pageSize: 200 },
      { Filters: [{ Name: 'task-state', Values: ['InProgress'] }] },
    )) {
      for (const { AmiId, Bucket } of StoreImageTaskResults) add(AmiId, `being archived to ${Bucket}`);
    }
  });
}
