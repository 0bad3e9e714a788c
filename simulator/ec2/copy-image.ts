import type { CopyImageCommandInput, CopyImageCommandOutput, Image, Tag } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord } from '../state.ts';
import { type Call, created, seen } from '../world.ts';
import { beginCopy, type CopiedSnapshot, encryptionOf } from './copying.ts';
import { known, refuseUnknown } from './identifiers.ts';
import { checkImageName, checkImageQuota, registerImage } from './image-records.ts';
import { specifiedTags } from './tags.ts';

const concurrentCopies = 300;

/** Asked in the Region that the copy goes to. */
export const copyImage = operation<CopyImageCommandInput, Omit<CopyImageCommandOutput, '$metadata'>>({
  parameters: [
    'Name',
    'Description',
    'SourceImageId',
    'SourceRegion',
    'ClientToken',
    'Encrypted',
    'KmsKeyId',
    'CopyImageTags',
    'TagSpecifications',
    'SnapshotCopyCompletionDurationMinutes',
  ],
  act(call, input) {
    const { world, region, nowMs } = call;
    const name = required(input.Name, 'Name');
    const sourceRegion = world.region(required(input.SourceRegion, 'SourceRegion'));
    const sourceId = required(input.SourceImageId, 'SourceImageId');
    checkOptions(input);
    const { ClientToken: token = call.sendId, ...rest } = input;
    const fingerprint = JSON.stringify(rest);
    const earlier = region.copyTokens.get(token);
    if (earlier) {
      if (earlier.fingerprint !== fingerprint) {
        refuse('IdempotentParameterMismatch', 'The client token was used before with other parameters.');
      }
      // The same token gives the same image, even if that has failed since.
      return { ImageId: earlier.imageId };
    }

    const source = known('image', sourceRegion.images, sourceId);
    if (!seen(call, source)) refuseUnknown('image', [sourceId]);
    if (source.description.State !== 'available') {
      refuse('InvalidAMIID.Unavailable', `The image ID '[${sourceId}]' is not in a state from which it can be copied.`);
    }
    checkImageName(region, name, nowMs);
    checkImageQuota(region);
    const tags = specifiedTags(input.TagSpecifications, ['image', 'snapshot']);
    if (region.copiesUnderWay >= concurrentCopies) {
      refuse(
        'ResourceLimitExceeded',
        `Too many AMI copies in progress. The limit is ${concurrentCopies} for this destination region.`,
      );
    }

    const id = world.newId('ami');
    const options = {
      snapshotTags: tags.snapshot,
      keyName: input.KmsKeyId,
      encrypt: input.Encrypted === true,
      sourceRegion,
      sourceImageId: sourceId,
    };
    const snapshots = (source.description.BlockDeviceMappings ?? []).flatMap(
      ({ DeviceName, Ebs }): CopiedSnapshot[] => {
        const snapshot = sourceRegion.snapshots.get(Ebs?.SnapshotId ?? '');
        return DeviceName && snapshot ? [{ deviceName: DeviceName, source: snapshot }] : [];
      },
    );
    const image = created<Image, ImageRecord>(
      world,
      {
        id,
        description: copyOf(call, source.description, id, name, input, tags.image),
        snapshotIds: [],
        launchPermissions: [],
        mappings: (source.description.BlockDeviceMappings ?? []).map((mapping) => {
          const snapshot = snapshots.find(({ deviceName }) => deviceName === mapping.DeviceName);
          if (!snapshot || !mapping.Ebs) return mapping;
          const { encrypted, keyArn } = encryptionOf(region, snapshot.source, options);
          return {
            ...mapping,
            Ebs: { ...mapping.Ebs, SnapshotId: undefined, Encrypted: encrypted, KmsKeyId: keyArn },
          };
        }),
        showsMappingsEarly: world.random.stream('mappings', id).chance(0.5),
        abandon: undefined,
      },
      nowMs,
    );
    registerImage(region, image);
    region.copyTokens.set(token, { fingerprint, imageId: id });
    beginCopy(call, image, snapshots, options);
    return { ImageId: id };
  },
});

function checkOptions(input: CopyImageCommandInput): void {
  if (input.KmsKeyId !== undefined && input.Encrypted !== true) {
    refuse('InvalidParameterCombination', 'The parameter KmsKeyId requires the parameter Encrypted to be set.');
  }
  const minutes = input.SnapshotCopyCompletionDurationMinutes;
  if (minutes !== undefined && (minutes % 15 !== 0 || minutes < 15 || minutes > 2880)) {
    refuse(
      'InvalidParameterValue',
      'SnapshotCopyCompletionDurationMinutes must be between 15 and 2880 in steps of 15.',
    );
  }
  if ((input.ClientToken ?? '').length > 64) {
    refuse('InvalidParameterValue', 'The client token must not be longer than 64 characters.');
  }
}

/** Launch permissions, deprecation and protection stay behind; tags too, unless asked for. */
function copyOf(
  call: Call,
  source: Image,
  ImageId: string,
  Name: string,
  input: CopyImageCommandInput,
  imageTags: readonly Tag[],
): Image {
  const { accountId } = call.world;
  const isOwn = source.OwnerId === accountId;
  const given = new Set(imageTags.map(({ Key }) => Key));
  const carried = (input.CopyImageTags && isOwn ? (source.Tags ?? []) : []).filter(
    ({ Key = '' }) => !Key.startsWith('aws:') && !given.has(Key),
  );
  return {
    ...source,
    ImageId,
    Name,
    ImageLocation: `${accountId}/${Name}`,
    OwnerId: accountId,
    ImageOwnerAlias: undefined,
    State: 'pending',
    StateReason: undefined,
    Public: false,
    CreationDate: new Date(call.nowMs).toISOString(),
    Description:
      input.Description ??
      `[Copied ${input.SourceImageId ?? ''} from ${input.SourceRegion ?? ''}] ${source.Name ?? ''}`,
    BlockDeviceMappings: [],
    SourceInstanceId: undefined,
    SourceImageId: input.SourceImageId,
    SourceImageRegion: input.SourceRegion,
    DeprecationTime: undefined,
    DeregistrationProtection: 'disabled',
    LastLaunchedTime: undefined,
    Tags: [...carried, ...imageTags],
  };
}
