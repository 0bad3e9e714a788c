import { CreateTagsCommand, DeleteTagsCommand, type EC2Client, type Tag } from '@aws-sdk/client-ec2';
import { LifecycleError } from '../domain/errors.ts';
import type { Tags } from '../domain/tags.ts';
import { calling, hasCode, told } from './aws-errors.ts';

/** EC2's list of tags as a map. */
export function tagsOf(list: readonly Tag[] | undefined): Tags {
  // A tag may hold an image back, so none is overlooked.
  return Object.fromEntries((list ?? []).map(({ Key, Value = '' }) => [told(Key, 'a tag: Key'), Value]));
}

/** A map of tags as EC2's list. */
export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export async function writeTags(ec2: EC2Client, resourceIds: readonly string[], tags: Tags): Promise<void> {
  await whileKnown(resourceIds.join(', '), () =>
    calling(`CreateTags ${resourceIds.join(', ')}`, () =>
      ec2.send(new CreateTagsCommand({ Resources: [...resourceIds], Tags: tagList(tags) })),
    ),
  );
}

/** Removes tags; one given with a value only where it still has that value. */
export async function removeTags(ec2: EC2Client, resourceId: string, tags: readonly Tag[]): Promise<void> {
  await whileKnown(resourceId, () =>
    calling(`DeleteTags ${resourceId}`, () =>
      ec2.send(new DeleteTagsCommand({ Resources: [resourceId], Tags: [...tags] })),
    ),
  );
}

/** What was read just before is new, or has just gone, where EC2 does not know it: to look again tells. */
async function whileKnown(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!hasCode(error, 'InvalidAMIID.NotFound', 'InvalidInstanceID.NotFound', 'InvalidSnapshot.NotFound')) throw error;
    throw new LifecycleError('AwsUnavailable', `EC2 does not know ${what} at present.`, { what }, error);
  }
}
