import type {
  CopyImageCommandInput,
  CreateImageCommandInput,
  CreateImageUsageReportCommandInput,
  CreateRestoreImageTaskCommandInput,
  CreateStoreImageTaskCommandInput,
  CreateTagsCommandInput,
  DeleteSnapshotCommandInput,
  DeleteTagsCommandInput,
  DescribeImageReferencesCommandInput,
  ImageReferenceResourceType,
  StartInstancesCommandInput,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { arnOf, kindOf, type ResourceKind } from '../ec2/identifiers.ts';
import { referenceTypes } from '../ec2/image-references.ts';
import type { RegionState } from '../state.ts';
import { onKey } from './key-needs.ts';
import { type AnyNeeds, type NeedsTable, needs, type Place } from './needs-table.ts';
import type { Need } from './rights.ts';
import { onBucket, onObject } from './s3-needs.ts';

interface OfImage {
  ImageId: string | undefined;
}

const ofImage = (operation: string): AnyNeeds =>
  needs<OfImage>(({ ImageId }, place) => onResource(`ec2:${operation}`, ImageId, place));
const ofSnapshot = (operation: string): AnyNeeds =>
  needs<DeleteSnapshotCommandInput>(({ SnapshotId }, place) => onResource(`ec2:${operation}`, SnapshotId, place));
const ofInstance = (operation: string): AnyNeeds =>
  needs<{ InstanceId?: string }>(({ InstanceId }, place) => onResource(`ec2:${operation}`, InstanceId, place));
const ofInstances = (operation: string): AnyNeeds =>
  needs<StartInstancesCommandInput>(({ InstanceIds = [] }, place) =>
    InstanceIds.flatMap((id) => onResource(`ec2:${operation}`, id, place)),
  );

export const ec2Needs: NeedsTable = {
  CopyImage: needs<CopyImageCommandInput>((input, place) => {
    const { world } = place;
    const region = world.region(input.SourceRegion ?? '');
    const { OwnerId } = region.images.get(input.SourceImageId ?? '')?.description ?? {};
    return [
      // Since October 2024 the source counts, too; its tags are not among what IAM is told of it.
      ...onResource('ec2:CopyImage', input.SourceImageId, { world, region }).map(({ action, resource }) => ({
        action,
        resource,
        context: { values: OwnerId === undefined ? {} : { 'ec2:Owner': OwnerId } },
      })),
      ...making('CopyImage', ['image', 'snapshot'], input.TagSpecifications, place),
    ];
  }),
  CreateImage: needs<CreateImageCommandInput>((input, place) => [
    ...onResource('ec2:CreateImage', input.InstanceId, place),
    ...making('CreateImage', ['image', 'snapshot'], input.TagSpecifications, place),
  ]),
  CreateImageUsageReport: needs<CreateImageUsageReportCommandInput>((input, place) => [
    ...onResource('ec2:CreateImageUsageReport', input.ImageId, place),
    ...making('CreateImageUsageReport', ['image-usage-report'], input.TagSpecifications, place),
  ]),
  CreateRestoreImageTask: needs<CreateRestoreImageTaskCommandInput>((input, place) => [
    ...making('CreateRestoreImageTask', ['image', 'snapshot'], input.TagSpecifications, place),
    // AWS lists the other actions for both tasks together; which task takes which is told by what it does.
    onObject('s3:GetObject', { Bucket: input.Bucket, Key: input.ObjectKey }),
    onBucket('s3:ListBucket', input),
    ...['ebs:StartSnapshot', 'ebs:PutSnapshotBlock', 'ebs:CompleteSnapshot'].map((action) => ({
      action,
      resource: newArn('snapshot', place),
    })),
    { action: 'ec2:DescribeTags', resource: '*' },
    { action: 'ec2:GetEbsEncryptionByDefault', resource: '*' },
  ]),
  CreateStoreImageTask: needs<CreateStoreImageTaskCommandInput>((input, place) => {
    const [Bucket = '', ...folders] = (input.Bucket ?? '').split('/').filter((part) => part !== '');
    const object = { Bucket, Key: [...folders, `${input.ImageId ?? ''}.bin`].join('/') };
    const snapshotIds = place.region.images.get(input.ImageId ?? '')?.snapshotIds ?? [];
    return [
      ...onResource('ec2:CreateStoreImageTask', input.ImageId, place),
      ...['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload'].map(
        (action) => onObject(action, object),
      ),
      onBucket('s3:ListBucket', object),
      ...snapshotIds.flatMap((id) =>
        ['ebs:ListSnapshotBlocks', 'ebs:GetSnapshotBlock', 'ebs:ListChangedBlocks'].flatMap((action) =>
          onResource(action, id, place),
        ),
      ),
      ...snapshotIds.flatMap((id) => onKey(place.region, keyOf(id, place), ['kms:Decrypt', 'kms:DescribeKey'])),
      { action: 'ec2:DescribeTags', resource: '*' },
    ];
  }),
  CreateTags: needs<CreateTagsCommandInput>(({ Resources = [], Tags = [] }, place) =>
    Resources.flatMap((id) => onResource('ec2:CreateTags', id, place, Tags)),
  ),
  DeleteTags: needs<DeleteTagsCommandInput>(({ Resources = [], Tags = [] }, place) =>
    Resources.flatMap((id) => onResource('ec2:DeleteTags', id, place, Tags)),
  ),
  DeleteSnapshot: ofSnapshot('DeleteSnapshot'),
  /** With its snapshots, too: a right that is missing for those leaves them behind, and stands in the answer. */
  DeregisterImage: ofImage('DeregisterImage'),
  DescribeImageAttribute: ofImage('DescribeImageAttribute'),
  DescribeImageReferences: needs<DescribeImageReferencesCommandInput>((input) => {
    const types = input.IncludeAllResourceTypes
      ? referenceTypes
      : (input.ResourceTypes ?? []).flatMap(({ ResourceType }) => ResourceType ?? []);
    const context = { values: { 'aws:CalledVia': 'ec2-images.amazonaws.com' } };
    return [
      { action: 'ec2:DescribeImageReferences', resource: '*' },
      ...types.flatMap((type) => lookups[type]).map((action) => ({ action, resource: '*', context })),
    ];
  }),
  DescribeInstanceAttribute: ofInstance('DescribeInstanceAttribute'),
  DescribeSnapshotAttribute: ofSnapshot('DescribeSnapshotAttribute'),
  DisableImage: ofImage('DisableImage'),
  DisableImageDeprecation: ofImage('DisableImageDeprecation'),
  DisableImageDeregistrationProtection: ofImage('DisableImageDeregistrationProtection'),
  EnableImage: ofImage('EnableImage'),
  EnableImageDeprecation: ofImage('EnableImageDeprecation'),
  ModifyImageAttribute: ofImage('ModifyImageAttribute'),
  ModifyInstanceAttribute: ofInstance('ModifyInstanceAttribute'),
  ModifySnapshotAttribute: ofSnapshot('ModifySnapshotAttribute'),
  RebootInstances: ofInstances('RebootInstances'),
  StartInstances: ofInstances('StartInstances'),
  StopInstances: ofInstances('StopInstances'),
  TerminateInstances: ofInstances('TerminateInstances'),
};

/**
 * DescribeImageReferences looks with the rights of its caller, in its own name. Source: "Identify your resources
 * referencing specified AMIs", EC2 User Guide; AmazonEC2ImageReferencesAccessPolicy, AWS Managed Policy Reference.
 */
const lookups: Record<ImageReferenceResourceType, readonly string[]> = {
  'ec2:Instance': ['ec2:DescribeInstances'],
  'ec2:LaunchTemplate': ['ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions'],
  'ssm:Parameter': ['ssm:DescribeParameters', 'ssm:GetParameters'],
  'imagebuilder:ImageRecipe': ['imagebuilder:ListImageRecipes'],
  'imagebuilder:ContainerRecipe': ['imagebuilder:ListContainerRecipes', 'imagebuilder:GetContainerRecipe'],
};

/** On something that there is, with the tags that it has; nothing where there is no such thing. */
export function onResource(
  action: string,
  id: string | undefined,
  { world, region }: Place,
  requestTags?: readonly Tag[],
): Need[] {
  const kind = kindOf(id ?? '');
  const record = kind && recordsOf(region, kind).get(id ?? '');
  if (!kind || !record) return [];
  const resource = arnOf(kind, record.id, region.name, world.accountId);
  return [{ action, resource, context: { resourceTags: record.description.Tags, requestTags } }];
}

/** What is made, which is known by the tags that it is to have, and the tagging of it. */
function making(
  operation: string,
  kinds: readonly string[],
  specifications: readonly TagSpecification[] = [],
  place: Place,
): Need[] {
  return kinds.flatMap((kind) => {
    const requestTags = specifications.flatMap(({ ResourceType, Tags = [] }) => (ResourceType === kind ? Tags : []));
    const resource = newArn(kind, place);
    const tagging = { requestTags, values: { 'ec2:CreateAction': operation } };
    return [
      { action: `ec2:${operation}`, resource, context: { requestTags } },
      ...(requestTags.length === 0 ? [] : [{ action: 'ec2:CreateTags', resource, context: tagging }]),
    ];
  });
}

/** What is new has no identifier yet. */
function newArn(kind: string, { world, region }: Place): string {
  const owner = kind === 'image' || kind === 'snapshot' ? '' : world.accountId;
  return `arn:aws:ec2:${region.name}:${owner}:${kind}/*`;
}

function keyOf(snapshotId: string, { region }: Place): string | undefined {
  const { Encrypted, KmsKeyId } = region.snapshots.get(snapshotId)?.description ?? {};
  return Encrypted ? KmsKeyId : undefined;
}

function recordsOf(region: RegionState, kind: ResourceKind) {
  switch (kind) {
    case 'instance':
      return region.instances;
    case 'image':
      return region.images;
    case 'snapshot':
      return region.snapshots;
    case 'volume':
      return region.volumes;
  }
}
