import type { DescribeImagesCommandInput, DescribeImagesCommandOutput, Image } from '@aws-sdk/client-ec2';
import { type FilterTable, indexTerms } from '../filters.ts';
import { operation } from '../operation.ts';
import type { ImageRecord } from '../state.ts';
import type { Call } from '../world.ts';
import { withProtection } from './deregistration-protection.ts';
import { describe } from './describe.ts';
import { forgetSettled, imageTerm, pendingTerm } from './image-records.ts';

const filters: FilterTable<Image> = {
  'image-id': ({ ImageId }) => ImageId,
  name: ({ Name }) => Name,
  description: ({ Description }) => Description,
  state: ({ State }) => State,
  'state-reason-code': ({ StateReason }) => StateReason?.Code,
  'source-instance-id': ({ SourceInstanceId }) => SourceInstanceId,
  'source-image-id': ({ SourceImageId }) => SourceImageId,
  'source-image-region': ({ SourceImageRegion }) => SourceImageRegion,
  'creation-date': ({ CreationDate }) => CreationDate,
  'root-device-type': ({ RootDeviceType }) => RootDeviceType,
  architecture: ({ Architecture }) => Architecture,
  'is-public': ({ Public }) => Public,
  'owner-id': ({ OwnerId }) => OwnerId,
  'block-device-mapping.snapshot-id': ({ BlockDeviceMappings }) =>
    BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId),
};

/** Disabled images are hidden, from their owner too, unless asked for; deprecated ones only from others. */
export const describeImages = operation<DescribeImagesCommandInput, Omit<DescribeImagesCommandOutput, '$metadata'>>({
  parameters: ['ImageIds', 'Owners', 'Filters', 'IncludeDeprecated', 'IncludeDisabled', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { images, imageIndex } = call.region;
    const { items, nextToken } = describe<Image, ImageRecord>(call, input, {
      kind: 'image',
      ids: input.ImageIds,
      idsName: 'imageIdsSet',
      records: images,
      filters,
      candidates() {
        const terms = indexTerms(input.Filters, imageTerm);
        // Not at every listing: only this one walks through them.
        if (terms?.includes(pendingTerm)) forgetSettled(call.region, call.nowMs);
        // An image with several snapshots comes under several terms.
        return terms && new Set(terms.flatMap((term) => [...imageIndex.under(term)]));
      },
      where: (image) => {
        if (image.State === 'disabled' && input.IncludeDisabled !== true) return false;
        if (isForeignAndDeprecated(call, image) && input.IncludeDeprecated !== true && !input.ImageIds) return false;
        return !input.Owners || input.Owners.some((owner) => isOwner(call, image, owner));
      },
      present: (image) => withProtection(image, call.nowMs),
      absent: (id) => deregistered(call, id),
      most: 1000,
    });
    return { Images: items, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

/** Just deregistered: still shown. Later, while instances made from it exist: left out. Then: unknown. */
function deregistered(call: Call, id: string): Image | 'omitted' | undefined {
  const tombstone = call.region.tombstones.get(id);
  if (!tombstone) return undefined;
  const isLagging = call.stalenessMs !== undefined && call.nowMs < tombstone.untilMs;
  if (isLagging && tombstone.description) return tombstone.description;
  return call.region.launchesByImage.has(id) ? 'omitted' : undefined;
}

function isForeignAndDeprecated(call: Call, { OwnerId, DeprecationTime }: Image): boolean {
  const isForeign = OwnerId !== call.world.accountId;
  return isForeign && DeprecationTime !== undefined && Date.parse(DeprecationTime) <= call.nowMs;
}

function isOwner(call: Call, image: Image, owner: string): boolean {
  if (owner === 'self') return image.OwnerId === call.world.accountId;
  return owner === image.OwnerId || owner === image.ImageOwnerAlias;
}
