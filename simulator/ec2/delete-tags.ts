import type { DeleteTagsCommandInput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { checkResources, checkTags, removeTags } from './tags.ts';

/** A tag given with a value goes only if it has that value; without any tags given, all go. */
export const deleteTags = operation<DeleteTagsCommandInput, object>({
  parameters: ['Resources', 'Tags'],
  act(call, input) {
    const ids = required(input.Resources, 'resourceIdSet');
    checkTags(input.Tags ?? []);
    checkResources(call.region, ids);
    for (const id of ids) removeTags(call.world, call.region, id, input.Tags, call.nowMs);
    return {};
  },
});
