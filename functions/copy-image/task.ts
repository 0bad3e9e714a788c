import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import type { CopyRequest, Image } from '../../shared/domain/image.ts';
import { copyToken } from '../../shared/domain/naming.ts';
import { pollSeconds } from '../../shared/domain/polling.ts';
import { copyTags, type Tags, tagKeys } from '../../shared/domain/tags.ts';
import { targetSchema } from '../../shared/domain/target.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    imageId: parts.imageId,
    target: targetSchema,
    attempt: parts.attempt,
    now: parts.instant,
  }),
  output: z.strictObject({ imageId: parts.imageId, adopted: z.boolean(), waitSeconds: parts.waitSeconds }),
  errors: [...awsErrors, 'QuotaExceeded', 'NameTaken', 'ImageDisabled'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  /** Where the image was made. */
  region: string;
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    findByName(name: string): Promise<Image | undefined>;
    copy(request: CopyRequest): Promise<string | undefined>;
  };
}

/** Asks for a copy in another Region; once for each image, Region and attempt, however often it is called. */
export function makeCopyImage({ region: sourceRegion, imagesIn }: Ports) {
  return async ({ imageId: sourceImageId, target, attempt, now }: Input): Promise<Output> => {
    const source = await imagesIn(sourceRegion).describe(sourceImageId);
    if (!source) {
      throw new LifecycleError('AwsUnavailable', `EC2 does not show ${sourceImageId} at present.`, {
        imageId: sourceImageId,
      });
    }
    const tags = copyTags(source.tags, { region: sourceRegion, imageId: sourceImageId });
    const destination = imagesIn(target.region);
    const request: CopyRequest = {
      sourceImageId,
      sourceRegion,
      name: source.name,
      description: `Copy of ${sourceImageId} from ${sourceRegion}`,
      clientToken: copyToken(sourceImageId, target.region, attempt),
      kmsKeyId: target.kmsKeyId ?? undefined,
      withinMinutes: target.withinMinutes ?? undefined,
      tags,
    };
    // EC2 is asked even so: an earlier attempt may have made the copy, whose answer was lost.
    const created = await destination.copy(request).catch((error: unknown) => {
      throw source.state === 'disabled' && isUnavailable(error) ? disabled(request, target.region, error) : error;
    });
    return {
      imageId: created ?? (await adopt(destination, source.name, tags, attempt)),
      adopted: created === undefined,
      waitSeconds: pollSeconds('image', now, now),
    };
  };

  async function adopt(
    destination: ReturnType<Ports['imagesIn']>,
    name: string,
    tags: Tags,
    attempt: number,
  ): Promise<string> {
    const image = await destination.findByName(name);
    // As in create-image: what failed and was deregistered may still be shown.
    if (!image || (attempt > 1 && image.state === 'failed')) {
      throw new LifecycleError('AwsUnavailable', `The name ${name} is taken, but its image is not shown.`, { name });
    }
    if (image.tags[tagKeys.origin] === tags[tagKeys.origin]) return image.imageId;
    throw new LifecycleError('NameTaken', `${image.imageId} has the name ${name} and is no copy of this image.`, {
      name,
      imageId: image.imageId,
    });
  }
}

function isUnavailable(error: unknown): boolean {
  return isLifecycleError(error, 'AwsUnavailable') && error.details.awsCode === 'InvalidAMIID.Unavailable';
}

function disabled({ sourceImageId: imageId }: CopyRequest, region: string, cause: unknown): LifecycleError {
  const message = `${imageId} is disabled, so it is not copied to ${region}.`;
  return new LifecycleError('ImageDisabled', message, { imageId, region }, cause);
}
