import type {
  DescribeStoreImageTasksCommandInput,
  DescribeStoreImageTasksCommandOutput,
  StoreImageTaskResult,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import { refuse } from '../service-failure.ts';
import { type Call, seen } from '../world.ts';
import { isRemembered, withProgress } from './store-tasks.ts';

const filters: FilterTable<StoreImageTaskResult & { Tags?: undefined }> = {
  'task-state': ({ StoreTaskState }) => StoreTaskState,
  bucket: ({ Bucket }) => Bucket,
};

/** The newest first. With ImageIds the filters are ignored, and images without a task are no error. */
export const describeStoreImageTasks = operation<
  DescribeStoreImageTasksCommandInput,
  Omit<DescribeStoreImageTasksCommandOutput, '$metadata'>
>({
  parameters: ['ImageIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { ImageIds: imageIds } = input;
    if ((imageIds?.length ?? 0) > 20) refuse('InvalidParameterValue', 'ImageIds takes up to 20 identifiers.');
    const passes = filterTest(
      filters,
      imageIds ? undefined : input.Filters,
      operationFile(call.service, call.operation),
    );
    const limits = { idsGiven: imageIds ? 'imageIdsSet' : undefined, least: 1, most: 200 };
    const { ids, nextToken } = page(call, input, limits, () =>
      [...call.region.storeTasks.values()]
        .toReversed()
        .toSorted((left, right) => right.startedAtMs - left.startedAtMs)
        .filter((task) => {
          const result = shown(call, task.id);
          if (!result || !isRemembered(task, call.nowMs)) return false;
          return imageIds ? imageIds.includes(result.AmiId ?? '') : passes(result);
        })
        .map(({ id }) => id),
    );
    const StoreImageTaskResults = ids.flatMap((id) => copied(shown(call, id)) ?? []);
    return { StoreImageTaskResults, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

function shown(call: Call, id: string): StoreImageTaskResult | undefined {
  const task = call.region.storeTasks.get(id);
  const description = task && seen(call, task);
  return description && withProgress(task, description, call.nowMs);
}
