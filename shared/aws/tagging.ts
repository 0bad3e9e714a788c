import { CreateTagsCommand, DeleteTagsCommand, type EC2Client, type Tag } from '@aws-sdk/client-ec2';
import type { Tags } from '../domain/tags.ts';
import { callingOnShown, told } from './aws-errors.ts';

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
  await callingOnShown(`CreateTags ${resourceIds.join(', ')}`, () =>
    ec2.send(new CreateTagsCommand({ Resources: [...resourceIds], Tags: tagList(tags) })),
  );
}

/** Removes tags; one given with a value only where it still has that value. */
export async function removeTags(ec2: EC2Client, resourceId: string, tags: readonly Tag[]): Promise<void> {
  await callingOnShown(`DeleteTags ${resourceId}`, () =>
    ec2.send(new DeleteTagsCommand({ Resources: [resourceId], Tags: [...tags] })),
  );
}
