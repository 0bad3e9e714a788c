import type {
  CreateStoreImageTaskCommandInput,
  CreateStoreImageTaskCommandOutput,
  S3ObjectTag,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { Bucket, ImageRecord } from '../state.ts';
import { type Call, seen } from '../world.ts';
import { known, refuseUnknown } from './identifiers.ts';
import { beginStore, isInProgress, sizeOf } from './store-tasks.ts';

const mostGigabytes = 5000;
const mostGigabytesInProgress = 1200;

/**
 * Which errors this operation answers with is not documented, apart from the general ones for images: those here are
 * EC2's general codes. An object that is there already is overwritten when the task completes.
 */
export const createStoreImageTask = operation<
  CreateStoreImageTaskCommandInput,
  Omit<CreateStoreImageTaskCommandOutput, '$metadata'>
>({
  parameters: ['ImageId', 'Bucket', 'S3ObjectTags'],
  act(call, input) {
    const { region } = call;
    const image = known('image', region.images, required(input.ImageId, 'ImageId'));
    if (!seen(call, image)) refuseUnknown('image', [image.id]);
    const { bucket, path } = placeOf(call, required(input.Bucket, 'Bucket'));
    const tags = tagsOf(input.S3ObjectTags ?? []);
    checkImage(call, image);
    const ObjectKey = `${path}${image.id}.bin`;
    const underWay = [...region.storeTasks.values()].filter(isInProgress);
    if (
      underWay.some(({ description }) => description.Bucket === bucket.name && description.S3objectKey === ObjectKey)
    ) {
      refuse('InvalidRequest', `A task that stores '${image.id}' as '${ObjectKey}' is in progress.`);
    }
    // What is in progress counts, not what comes on top: else an image larger than the limit could never be stored.
    if (underWay.reduce((sum, { gigabytes }) => sum + gigabytes, 0) >= mostGigabytesInProgress) {
      refuse('ResourceLimitExceeded', `The store tasks in progress exceed the limit of ${mostGigabytesInProgress} GB.`);
    }
    beginStore(call, image, bucket, ObjectKey, tags);
    return { ObjectKey };
  },
});

/** `Bucket` may go on with a path, which the key then begins with. */
function placeOf(call: Call, text: string): { bucket: Bucket; path: string } {
  const [name = '', ...folders] = text.split('/').filter((part) => part !== '');
  const bucket = call.world.buckets.get(name);
  if (bucket?.region !== call.region.name) {
    return refuse('InvalidParameterValue', `The bucket '${name}' does not exist in ${call.region.name}.`);
  }
  return { bucket, path: folders.map((folder) => `${folder}/`).join('') };
}

function checkImage(call: Call, image: ImageRecord): void {
  const { OwnerId, State, RootDeviceType = 'ebs', VirtualizationType = 'hvm' } = image.description;
  if (OwnerId !== call.world.accountId) refuse('AuthFailure', `Not authorized for image:${image.id}`, 401);
  if (State !== 'available') {
    refuse('InvalidAMIID.Unavailable', `The image ID '${image.id}' is not in a state from which it can be stored.`);
  }
  if (RootDeviceType !== 'ebs' || VirtualizationType !== 'hvm') {
    refuse('InvalidParameterValue', `The image '${image.id}' cannot be stored: it is not EBS-backed and HVM.`);
  }
  const gigabytes = sizeOf(call.region, image);
  if (gigabytes > mostGigabytes) {
    refuse('InvalidParameterValue', `The image '${image.id}' has ${gigabytes} GB, more than ${mostGigabytes}.`);
  }
}

function tagsOf(tags: readonly S3ObjectTag[]): ReadonlyMap<string, string> {
  const byKey = new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  const isBad = [...byKey].some(([key, value]) => key === '' || key.length > 128 || value.length > 256);
  if (isBad || byKey.size < tags.length || byKey.size > 10) {
    refuse(
      'InvalidParameterValue',
      'S3ObjectTags takes up to 10 tags of different keys, keys of up to 128 and values of up to 256 characters.',
    );
  }
  return byKey;
}
