import type { Mutant } from './mutant.ts';

const machine = 'statemachines/capture-images/definition.asl.yaml';
const images = 'shared/aws/images.ts';
const createRole = 'functions/create-image/function.yml';
const naming = {
  file: 'functions/create-image/task.ts',
  from: 'const name = imageName(policy.name, instanceId, slot);',
};

/** What may go wrong with images that are made and copied. */
export const imageMutants: readonly Mutant[] = [
  {
    invariant: 8,
    name: 'a failed image is discarded without its snapshots',
    world: 'one night',
    placement: 'create-image/ec2:CreateImage@eu-west-1#1 image-fails',
    edits: [
      {
        file: 'functions/discard-image/task.ts',
        from: 'await Promise.all(snapshots.map(({ snapshotId }) => images.deleteSnapshot(snapshotId)));',
        to: 'await Promise.all(snapshots.slice(0, 0).map(({ snapshotId }) => images.deleteSnapshot(snapshotId)));',
      },
    ],
  },
  {
    invariant: 10,
    name: 'every attempt at an image has a name of its own',
    world: 'two nights',
    placement: 'create-image/ec2:CreateImage@eu-west-1#1 killed-after-call',
    edits: [{ ...naming, to: 'const name = imageName(policy.name, instanceId, slot) + performance.now();' }],
  },
  {
    invariant: 10,
    name: 'every attempt at a copy has a name and a token of its own',
    world: 'two nights',
    placement: 'copy-image/ec2:CopyImage@eu-west-3#1 killed-after-call',
    edits: [
      {
        file: 'functions/copy-image/task.ts',
        from: '      name: source.name,',
        to: '      name: source.name + performance.now(),',
      },
      {
        file: 'shared/domain/naming.ts',
        from: 'attempt: number): string {\n  return `',
        to: 'attempt: number): string {\n  return performance.now() + `',
      },
    ],
  },
  {
    invariant: 11,
    name: 'an image learns its slot only when it is there, and the role allows it',
    world: 'one night',
    edits: [
      {
        file: images,
        from: 'TagSpecifications: tagSpecifications(request.tags),\n            }),\n          ),\n        ),\n      );\n    },\n\n    /** Copies',
        to: 'TagSpecifications: tagSpecifications(request.tags).map((each) => ({ ...each, Tags: (each.Tags ?? []).filter(({ Key }) => each.ResourceType === "snapshot" || Key !== tagKeys.slot) })),\n            }),\n          ).then(async (answer) => {\n            await writeTags(ec2, [answer.ImageId ?? ""], request.tags);\n            return answer;\n          }),\n        ),\n      );\n    },\n\n    /** Copies',
      },
      {
        file: createRole,
        from: '      StringEquals: { ec2:CreateAction: CreateImage }\n',
        to: '',
      },
    ],
  },
  {
    invariant: 11,
    name: 'snapshots get no tags from the call that makes them, and the role allows it',
    world: 'one night',
    edits: [
      { file: images, from: "    { ResourceType: 'snapshot', Tags },\n", to: '' },
      {
        file: createRole,
        from: '    Condition:\n      StringLike: { aws:RequestTag/ami-lifecycle:policy: "*" }\n',
        to: '',
      },
    ],
  },
  {
    invariant: 11,
    name: 'a copy does not inherit its slot',
    world: 'one night',
    edits: [
      {
        file: 'shared/domain/tags.ts',
        from: '[tagKeys.policy, tagKeys.source, tagKeys.slot, tagKeys.consistency]',
        to: '[tagKeys.policy, tagKeys.source, tagKeys.consistency]',
      },
    ],
  },
  {
    invariant: 14,
    name: 'of the instances only the first page is read',
    world: 'two nights',
    edits: [
      {
        file: 'shared/aws/instances.ts',
        from: 'instances.push(...Instances.map(instanceOf));\n    }',
        to: 'instances.push(...Instances.map(instanceOf));\n      break;\n    }',
      },
    ],
  },
  {
    invariant: 14,
    name: 'the name of an image does not tell its slot',
    world: 'two nights',
    edits: [{ ...naming, to: "const name = imageName(policy.name, instanceId, 'latest');" }],
  },
  {
    invariant: 14,
    name: 'an image that is available is waited for on and on',
    world: 'two nights',
    edits: [
      {
        file: machine,
        from: '              Next: StartInstance\n            - Condition: "{% $imageStatus = \'available\' %}"',
        to: '              Next: StartInstance\n            - Condition: "{% $imageStatus = \'there\' %}"',
      },
    ],
  },
  {
    invariant: 14,
    name: 'an image that has failed is not made again',
    world: 'one night',
    placement: 'create-image/ec2:CreateImage@eu-west-1#1 image-fails',
    edits: [{ file: 'functions/discard-image/task.ts', from: 'const attempts = 2;', to: 'const attempts = 1;' }],
  },
];
