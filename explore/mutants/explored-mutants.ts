import type { Mutant } from './mutant.ts';

const sharing = 'functions/share-image/task.ts';
const audiences = 'shared/domain/audience.ts';
const recording = 'functions/record-capture/task.ts';

/** As earlier versions wrote a lease. */
const unnamedLaunch = {
  file: 'functions/stop-instance/task.ts',
  from: 'const { launchedAt } = instance;',
  to: "const { launchedAt } = { ...instance, launchedAt: '' };",
};

const snapshotsOfNobody = {
  file: sharing,
  from: 'changeAccounts(snapshotId, { add: accounts, remove: [] })',
  to: 'changeAccounts(snapshotId, { add: accounts.slice(0, 0), remove: [] })',
};

/** What the explorer's own judgement must notice: rest, telling and convergence, in worlds that are explored or judged as random ones are. */
export const exploredMutants: readonly Mutant[] = [
  {
    invariant: 1,
    name: 'the rescue takes an aborted execution for one at work',
    world: 'capture-until-available',
    placement: 'check-image#1 execution-aborted',
    edits: [
      {
        file: 'shared/domain/rescue.ts',
        from: "if (state.status === 'ended') return rescue",
        to: "if (state.status === 'lost') return rescue",
      },
    ],
  },
  {
    invariant: 1,
    name: 'a late stop of ours is taken for that of an owner who restarted the instance',
    world: 'capture-by-tag',
    placement: 'stop-instance#1 owner-restarts + stop-instance#1 execution-aborted',
    edits: [unnamedLaunch],
  },
  {
    invariant: 2,
    name: 'whoever stops an instance after our restart is overruled while its lease is long',
    world: 'capture-until-available',
    placement: 'check-instance#7 owner-stops + check-instance#7 killed-before*all',
    edits: [unnamedLaunch],
  },
  {
    invariant: 2,
    name: 'a stop is tried for hours, and its owner is overruled who stops the instance meanwhile',
    world: 'capture-by-tag',
    placement: 'stop-instance/ec2:StopInstances@eu-west-1#1 throttled*all + stop-instance#20 owner-stops',
    edits: [
      {
        file: 'statemachines/capture-images/definition.asl.yaml',
        from: '          Retry: *retryAws\n          Assign:\n            # Here and below: the time of success.',
        to: '          Retry: [{ ErrorEquals: [States.ALL], IntervalSeconds: 300, BackoffRate: 1, MaxAttempts: 99 }]\n          Assign:\n            # Here and below: the time of success.',
      },
    ],
  },
  {
    invariant: 2,
    name: 'a stop comes in an invocation after that of its claim, though nothing keeps it',
    world: 'capture-by-tag',
    placement: 'stop-instance#1 owner-stops',
    edits: [
      {
        file: 'functions/stop-instance/task.ts',
        from: '    // Tags know no compare-and-set',
        to: "    if (!lease) throw new LifecycleError('AwsThrottled', 'It is claimed for now.', { instanceId });\n    // Tags know no compare-and-set",
      },
    ],
  },
  {
    invariant: 8,
    name: 'snapshots that stay behind are taken for those of images that may come back',
    world: 'retire-copies',
    placement: 'retire-image/ec2:DeregisterImage@eu-west-1#1 snapshot-deletion-fails',
    edits: [
      { file: 'shared/aws/retirement.ts', from: "ReturnCode === 'success'", to: 'SnapshotId' },
      {
        file: 'shared/aws/snapshots.ts',
        from: '.some((imageId) => recycled.has(imageId))) continue;',
        to: '.some((imageId) => !recycled.has(imageId))) continue;',
      },
    ],
  },
  {
    invariant: 14,
    name: 'nobody is told of a capture that failed',
    world: 'capture-until-available',
    placement: 'create-image/ec2:CreateImage@eu-west-1#1 access-denied',
    edits: [
      {
        file: 'functions/summarise-run/task.ts',
        from: "items.filter((item) => item.outcome === 'failed');",
        to: "items.slice(0, 0).filter((item) => item.outcome === 'failed');",
      },
      { file: 'functions/summarise-run/task.ts', from: 'if (selected > 0 || ended) {', to: 'if (ended) {' },
    ],
  },
  {
    invariant: 14,
    name: 'the name of an image does not tell its slot, so that the next night makes none',
    world: 'capture-until-available',
    edits: [
      {
        file: 'functions/create-image/task.ts',
        from: 'const name = imageName(policy.name, instanceId, slot);',
        to: "const name = imageName(policy.name, instanceId, 'latest');",
      },
    ],
  },
  {
    invariant: 14,
    name: 'whoever finds the image that an unheard attempt has made falls over it, and people are told of a capture that failed',
    world: 'capture-until-available',
    placement: 'create-image/ec2:CreateImage@eu-west-1#1 reply-lost',
    edits: [
      {
        file: 'functions/create-image/task.ts',
        from: 'const image = await images.findByName(name);',
        to: "const image = await images.findByName(name);\n    if (image) throw new TypeError('image.tag is not a function');",
      },
    ],
  },
  {
    invariant: 15,
    name: 'an image is corrected that its owner disturbed, and its snapshots go on saying stopped',
    world: 'capture-by-schedule',
    placement: 'check-image#1 owner-starts',
    edits: [
      {
        file: recording,
        from: 'for (const snapshotId of snapshotIds) await',
        to: 'for (const snapshotId of snapshotIds.slice(0, 0)) await',
      },
    ],
  },
  {
    invariant: 15,
    name: 'an image is corrected that its owner disturbed, and its copy goes on saying stopped',
    world: 'capture-by-schedule',
    placement: 'check-image#1 owner-starts',
    edits: [
      {
        file: recording,
        from: 'await complete(imagesIn(copy.region), copy.imageId);',
        to: "await imagesIn(copy.region).writeTags(copy.imageId, { [tagKeys.state]: 'complete' });",
      },
    ],
  },
  {
    invariant: 14,
    name: 'whom a policy no longer names may go on launching from its images',
    world: 'other audience',
    edits: [
      {
        file: sharing,
        from: 'Permissions(imageId, { add: [], remove });',
        to: 'Permissions(imageId, { add: [], remove: remove.slice(0, 0) });',
      },
    ],
  },
  {
    invariant: 14,
    name: 'whom a policy no longer names may go on copying its snapshots',
    world: 'other audience',
    edits: [{ file: sharing, from: '{ add: [], remove: surplus }', to: '{ add: [], remove: surplus.slice(0, 0) }' }],
  },
  {
    invariant: 14,
    name: 'whom a policy names anew may launch from no image that was shared before',
    world: 'other audience',
    edits: [
      {
        file: sharing,
        from: '{ add, remove: [] });\n    // Last:',
        to: '{ add: add.slice(0, 0), remove: [] });\n    // Last:',
      },
    ],
  },
  {
    invariant: 14,
    name: 'nothing is shared, nor said to be',
    world: 'other audience',
    edits: [
      {
        file: sharing,
        from: 'const audience = await audienceOf(policyName);',
        to: "const audience = await audienceOf(policyName);\n    if (region !== '') return { added: 0, removed: 0, left: [] };",
      },
    ],
  },
  {
    invariant: 14,
    name: 'an image that was never shared is taken for one that is shared as its policy says',
    world: 'first audience',
    edits: [{ file: 'shared/domain/plan.ts', from: '(noted ?? audienceDigest(nobody))', to: '(noted ?? wanted)' }],
  },
  {
    invariant: 14,
    name: 'an image that is to be shared with everybody is shared with nobody',
    world: 'capture-by-reboot',
    edits: [{ file: audiences, from: "[{ Group: 'all' }]", to: '[]' }],
  },
  {
    invariant: 14,
    name: 'an image that is to be shared with few is shared with everybody',
    world: 'capture-by-schedule',
    edits: [{ file: audiences, from: 'audience.public ? [{', to: '!audience.public ? [{' }],
  },
  {
    invariant: 14,
    name: 'an organization may launch from no image',
    world: 'capture-by-schedule',
    edits: [
      {
        file: audiences,
        from: '...audience.organizationArns.map(',
        to: '...audience.organizationArns.slice(0, 0).map(',
      },
    ],
  },
  {
    invariant: 14,
    name: 'nobody may copy the snapshots of a new image',
    world: 'capture-by-schedule',
    edits: [snapshotsOfNobody],
  },
  {
    invariant: 14,
    name: 'nobody may copy the snapshots of an image that is shared later',
    world: 'retire',
    edits: [snapshotsOfNobody],
  },
];
