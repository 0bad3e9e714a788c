import type { ImageReference, ImageReferenceResourceType } from '@aws-sdk/client-ec2';
import { type Call, seen } from '../world.ts';
import { arnOf } from './identifiers.ts';

/** How far to look, for each type that is looked at. */
export interface ReferenceScope {
  /** undefined: instances in any state. */
  instanceStates: ReadonlySet<string> | undefined;
  /** How many of the most recent versions of each launch template. */
  versionDepth: number;
}

type Finder = (
  call: Call,
  imageIds: ReadonlySet<string>,
  scope: ReferenceScope,
) => Iterable<[imageId: string, arn: string]>;

/**
 * What refers to the images in this Region of this account, one type after the other. Launch configurations, Auto Scaling
 * groups and other accounts are none of AWS's business here, and an image that a template names by a parameter
 * (`resolve:ssm:…`) is found at the parameter.
 */
export function imageReferences(
  call: Call,
  imageIds: ReadonlySet<string>,
  types: readonly ImageReferenceResourceType[],
  scope: ReferenceScope,
): ImageReference[] {
  return types.flatMap((ResourceType) =>
    [...finders[ResourceType](call, imageIds, scope)].map(([ImageId, Arn]) => ({ ImageId, ResourceType, Arn })),
  );
}

export const referenceTypes = [
  'ec2:Instance',
  'ec2:LaunchTemplate',
  'ssm:Parameter',
  'imagebuilder:ImageRecipe',
  'imagebuilder:ContainerRecipe',
] as const satisfies ImageReferenceResourceType[];

const finders: Record<ImageReferenceResourceType, Finder> = {
  *'ec2:Instance'(call, imageIds, { instanceStates }) {
    const { region, world } = call;
    // Most images were never launched: then no instance has to be looked at.
    if (![...imageIds].some((id) => region.launchesByImage.has(id))) return;
    for (const record of region.instances.values()) {
      const instance = seen(call, record);
      if (!instance?.ImageId || !imageIds.has(instance.ImageId)) continue;
      if (instanceStates && !instanceStates.has(instance.State?.Name ?? '')) continue;
      yield [instance.ImageId, arnOf('instance', record.id, region.name, world.accountId)];
    }
  },
  *'ec2:LaunchTemplate'(call, imageIds, { versionDepth }) {
    const { region, world } = call;
    for (const record of region.launchTemplates.values()) {
      const recent = seen(call, record)?.versions.slice(-versionDepth) ?? [];
      const named = new Set(recent.map(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId ?? ''));
      for (const id of named) {
        if (imageIds.has(id)) yield [id, `arn:aws:ec2:${region.name}:${world.accountId}:launch-template/${record.id}`];
      }
    }
  },
  *'ssm:Parameter'(call, imageIds) {
    const { region, world } = call;
    for (const { name, type, value } of region.parameters.values()) {
      if (type !== 'String' || !imageIds.has(value)) continue;
      yield [value, `arn:aws:ssm:${region.name}:${world.accountId}:parameter/${name.replace(/^\//, '')}`];
    }
  },
  'imagebuilder:ImageRecipe': (call, imageIds) => recipes(call, imageIds, ':image-recipe/'),
  'imagebuilder:ContainerRecipe': (call, imageIds) => recipes(call, imageIds, ':container-recipe/'),
};

function* recipes(call: Call, imageIds: ReadonlySet<string>, kind: string): Iterable<[string, string]> {
  for (const { arn, imageId } of call.region.imageRecipes) {
    if (arn.includes(kind) && imageIds.has(imageId)) yield [imageId, arn];
  }
}
