import type { ListImagesInRecycleBinCommandInput, ListImagesInRecycleBinCommandOutput } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { page } from '../paging.ts';
import { refuse } from '../service-failure.ts';
import { known } from './identifiers.ts';

const mostIds = 20;

export const listImagesInRecycleBin = operation<
  ListImagesInRecycleBinCommandInput,
  Omit<ListImagesInRecycleBinCommandOutput, '$metadata'>
>({
  parameters: ['ImageIds', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { recycledImages } = call.region;
    const { ImageIds: wanted } = input;
    if (wanted && wanted.length > mostIds) {
      refuse('InvalidParameterValue', `At most ${mostIds} images can be asked for by their IDs.`);
    }
    const limits = { idsGiven: wanted ? 'imageId' : undefined, most: 1000, unasked: 1000 };
    const { ids, nextToken } = page(call, input, limits, () => {
      for (const id of wanted ?? []) known('image', recycledImages, id);
      return wanted ?? [...recycledImages.keys()];
    });
    const Images = ids.flatMap((ImageId) => {
      const recycled = recycledImages.get(ImageId);
      if (!recycled) return [];
      const { Name, Description } = recycled.record.description;
      return [
        {
          ImageId,
          ...(Name === undefined ? {} : { Name }),
          ...(Description === undefined ? {} : { Description }),
          RecycleBinEnterTime: new Date(recycled.enteredAtMs),
          RecycleBinExitTime: new Date(recycled.exitsAtMs),
        },
      ];
    });
    return { Images, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
