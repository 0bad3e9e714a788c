import type { CreateTagsCommandInput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { checkResources, checkTags, writeTags } from './tags.ts';

export const createTags = operation<CreateTagsCommandInput, object>({
  parameters: ['Resources', 'Tags'],
  act(call, input) {
    const ids = required(input.Resources, 'resourceIdSet');
    const tags = required(input.Tags, 'tagSet');
    checkTags(tags);
    checkResources(call.region, ids);
    for (const id of ids) writeTags(call.world, call.region, id, tags, call.nowMs);
    return {};
  },
});
