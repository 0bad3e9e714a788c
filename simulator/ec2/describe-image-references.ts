import type {
  DescribeImageReferencesCommandInput,
  DescribeImageReferencesCommandOutput,
  ImageReferenceResourceType,
  ResourceTypeRequest,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { page } from '../paging.ts';
import { refuse } from '../service-failure.ts';
import type { RegionState } from '../state.ts';
import { refuseUnknown } from './identifiers.ts';
import { imageReferences, type ReferenceScope, referenceTypes } from './image-references.ts';

const instanceStates = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'];
const defaultVersionDepth = 10;

export const describeImageReferences = operation<
  DescribeImageReferencesCommandInput,
  Omit<DescribeImageReferencesCommandOutput, '$metadata'>
>({
  parameters: ['ImageIds', 'IncludeAllResourceTypes', 'ResourceTypes', 'MaxResults', 'NextToken'],
  act(call, input) {
    const imageIds = new Set(required(input.ImageIds, 'ImageId'));
    checkImageIds(call.region, imageIds);
    const requests = input.ResourceTypes ?? [];
    const asked = requests.map(({ ResourceType }) => knownType(ResourceType));
    if (input.IncludeAllResourceTypes !== true && asked.length === 0) {
      refuse('MissingParameter', 'Either IncludeAllResourceTypes or ResourceTypes must be specified.');
    }
    const types = input.IncludeAllResourceTypes === true ? referenceTypes : [...new Set(asked)];
    const scope = scopeOf(requests);
    // A reference has no identifier of its own, so pages are made of all it says.
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, most: 1000, unasked: 1000 }, () =>
      imageReferences(call, imageIds, types, scope).map(
        ({ ImageId, ResourceType, Arn }) => `${ImageId} ${ResourceType} ${Arn}`,
      ),
    );
    const ImageReferences = ids.map((reference) => {
      const [ImageId, type, Arn] = reference.split(' ');
      return { ImageId, ResourceType: knownType(type), Arn };
    });
    return { ImageReferences, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

/** An image need not exist any more to be referred to; its identifier must only be one. */
function checkImageIds(region: RegionState, imageIds: ReadonlySet<string>): void {
  if (imageIds.size > 10) refuse('InvalidParameterValue', 'At most 10 image IDs can be checked at once.');
  const malformed = [...imageIds].filter(
    (id) => !region.images.has(id) && !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id),
  );
  if (malformed.length > 0) refuseUnknown('image', malformed);
}

function knownType(name: string | undefined): ImageReferenceResourceType {
  const type = referenceTypes.find((known) => known === name);
  return type ?? refuse('InvalidParameterValue', `'${name ?? ''}' is not a resource type that can be checked.`);
}

/** What the options ask for: states of instances, and versions of launch templates. */
function scopeOf(requests: readonly ResourceTypeRequest[]): ReferenceScope {
  const valuesOf = (type: string, option: string): string[] | undefined => {
    const options = requests.flatMap(({ ResourceType, ResourceTypeOptions = [] }) =>
      ResourceType === type ? ResourceTypeOptions : [],
    );
    return options.find(({ OptionName }) => OptionName === option)?.OptionValues;
  };
  for (const { ResourceType, ResourceTypeOptions = [] } of requests) {
    for (const { OptionName } of ResourceTypeOptions) {
      if (optionOf[ResourceType ?? ''] === OptionName) continue;
      refuse('InvalidParameterValue', `${ResourceType ?? ''} has no option '${OptionName ?? ''}'.`);
    }
  }
  const states = valuesOf('ec2:Instance', 'state-name');
  const unknown = states?.find((state) => !instanceStates.includes(state));
  if (unknown !== undefined) refuse('InvalidParameterValue', `'${unknown}' is not a state of an instance.`);
  const [depth = String(defaultVersionDepth), ...more] = valuesOf('ec2:LaunchTemplate', 'version-depth') ?? [];
  const versionDepth = /^\d+$/.test(depth) && more.length === 0 ? Number(depth) : 0;
  if (versionDepth < 1 || versionDepth > 10_000) {
    refuse('InvalidParameterValue', `'${depth}' is not a version depth: one whole number from 1 to 10000.`);
  }
  return { instanceStates: states && new Set(states), versionDepth };
}

const optionOf: Readonly<Record<string, string>> = {
  'ec2:Instance': 'state-name',
  'ec2:LaunchTemplate': 'version-depth',
};
