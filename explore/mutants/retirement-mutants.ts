import type { Mutant } from './mutant.ts';

const judgement = 'shared/domain/judgement.ts';
const ladder = 'shared/domain/ladder.ts';
const uses = 'shared/aws/uses.ts';

const unread = {
  file: 'functions/retire-image/task.ts',
  from: 'const { judgement, decision, evidence } = await decideAgain(image, instanceId, { region, policy, step, now });',
  to: "const { judgement, decision, evidence } = { judgement: { image, keeps: [], because: '', waits: undefined, isArchiveDue: false, archive: false, noteSourceGone: false }, decision: { verdict: 'retire', reasons: [], archive: false, step } as Decision, evidence: noEvidence };",
};

/** Without it the role itself keeps what people hold. */
const mayTakeHeld = {
  file: 'functions/retire-image/function.yml',
  from: "      'Null': { aws:ResourceTag/ami-lifecycle:hold: 'true' }\n",
  to: '',
};

/** What may go wrong with images that are taken away. */
export const retirementMutants: readonly Mutant[] = [
  {
    invariant: 3,
    name: 'snapshots of people that carry the name of a policy are taken for ours',
    world: 'five days',
    edits: [
      {
        file: 'shared/aws/snapshots.ts',
        from: "          { Name: 'tag-key', Values: [tagKeys.source] },\n        ];\n        const pages = paginateDescribeSnapshots(",
        to: '        ];\n        const pages = paginateDescribeSnapshots(',
      },
      { file: 'shared/domain/tags.ts', from: ' || tags[tagKeys.source] === undefined', to: '' },
    ],
  },
  {
    invariant: 3,
    name: 'images of another stack, whose policy has the same name, are taken for ours',
    world: 'another stack',
    edits: [
      {
        file: 'shared/domain/tags.ts',
        from: 'origin === undefined ? region === homeRegion : origin',
        to: 'origin === undefined || region !== homeRegion + origin || origin',
      },
    ],
  },
  {
    invariant: 4,
    name: 'a question about uses that is refused is taken for the answer that there are none',
    world: 'silent templates',
    edits: [
      {
        file: uses,
        from: 'const read = await addTemplates(ec2, subject, add);\n',
        to: 'const read = await addTemplates(ec2, subject, add).catch(() => new Map());\n',
      },
    ],
  },
  {
    invariant: 4,
    name: 'of the references to an image only the first page is read',
    world: 'five days',
    edits: [
      {
        file: uses,
        from: 'nameIn(Arn)}`);\n      }',
        to: 'nameIn(Arn)}`);\n      }\n      break;',
      },
    ],
  },
  {
    invariant: 4,
    name: 'Auto Scaling is not asked for what it launches from',
    world: 'five days',
    edits: [
      {
        file: uses,
        from: 'await addAutoScaling(clients.autoScaling(region), subject, add);',
        to: '(await Promise.resolve([])) as Awaited<ReturnType<typeof addAutoScaling>>;',
      },
    ],
  },
  {
    invariant: 4,
    name: 'of the versions of a launch template the newest alone counts, whatever the policy says',
    world: 'an older version',
    edits: [
      { file: uses, from: '[String(launchTemplateVersions)]', to: '[String(Math.min(launchTemplateVersions, 1))]' },
    ],
  },
  {
    invariant: 4,
    name: 'who mounts a snapshot is not taken for a user of its image',
    world: 'snapshot mounted',
    edits: [{ file: uses, from: 'owners.get(snapshotId)?.filter', to: 'owners.get(imageIds.join())?.filter' }],
  },
  {
    invariant: 4,
    name: 'a snapshot without an image goes, whoever mounts it',
    world: 'orphan mounted',
    edits: [{ file: uses, from: '.filter((each) => wanted.has(each))', to: '.filter(() => wanted.has(region))' }],
  },
  {
    invariant: 4,
    name: 'a step is taken on the word of the plan, though somebody launched from the image since',
    world: 'launched while archived',
    edits: [unread],
  },
  {
    invariant: 5,
    name: 'nobody looks for a hold, and the role allows it',
    world: 'five days',
    edits: [
      { file: judgement, from: 'if (hold !== undefined) keep(', to: 'if (hold === undefined && hold) keep(' },
      mayTakeHeld,
    ],
  },
  {
    invariant: 5,
    name: 'a step is taken on the word of the plan, though somebody held the image since, and the role allows it',
    world: 'held while archived',
    edits: [unread, mayTakeHeld],
  },
  {
    invariant: 5,
    name: 'nobody looks whether a snapshot is held before its image goes, and the role allows it',
    world: 'snapshot held',
    edits: [
      {
        file: 'functions/retire-image/task.ts',
        from: '.holdsOn(judgement.image.snapshotIds)',
        to: '.holdsOn([])',
      },
      mayTakeHeld,
    ],
  },
  {
    invariant: 5,
    name: 'a snapshot without an image goes, though it is held, and the role allows it',
    world: 'orphan held',
    edits: [
      { file: 'functions/plan-retirement/task.ts', from: '.filter(({ isHeld }) => !isHeld)', to: '' },
      { file: 'functions/delete-snapshots/task.ts', from: 'return hold === undefined ?', to: 'return hold !== null ?' },
      {
        file: 'functions/delete-snapshots/function.yml',
        from: "      'Null': { aws:ResourceTag/ami-lifecycle:hold: 'true' }\n",
        to: '',
      },
    ],
  },
  {
    invariant: 5,
    name: 'a hold is taken away before anybody looks for it, and the role allows it',
    world: 'held while archived',
    edits: [
      {
        file: 'functions/retire-image/task.ts',
        from: '    const image = await images.describe(imageId);\n    if (!image) {\n      if (step',
        // What was just written need not be shown yet.
        to: '    const read = await images.describe(imageId);\n    if (read) await images.removeTags(imageId, [tagKeys.hold]);\n    const image = read && { ...read, tags: Object.fromEntries(Object.entries(read.tags).filter(([key]) => key !== tagKeys.hold)) };\n    if (!image) {\n      if (step',
      },
      {
        file: 'functions/retire-image/function.yml',
        from: '"ami-lifecycle:retiring-since", "ami-lifecycle:archived-to"] }',
        to: '"ami-lifecycle:retiring-since", "ami-lifecycle:archived-to", "ami-lifecycle:hold"] }',
      },
    ],
  },
  {
    invariant: 6,
    name: 'the oldest images are taken for the newest',
    world: 'five days',
    edits: [
      { file: judgement, from: 'leftSlot > rightSlot ? -1 : 1', to: 'leftSlot > rightSlot ? 1 : -1' },
      {
        file: 'shared/domain/retention.ts',
        from: 'images.toSorted(compareAge)',
        to: 'images.toSorted((left, right) => -compareAge(left, right))',
      },
    ],
  },
  {
    invariant: 6,
    name: 'the least that stays is not counted',
    world: 'at least three',
    edits: [{ file: judgement, from: 'least.slice(0, retain.atLeast ?? 0)', to: 'standing.slice(0, 0)' }],
  },
  {
    invariant: 6,
    name: 'a lineage is given up at once when its instance is gone',
    world: 'instance gone',
    edits: [
      {
        file: judgement,
        from: '.timezone) <= Date.parse(now);\n}\n\nconst countRules',
        to: '.timezone) > 0;\n}\n\nconst countRules',
      },
    ],
  },
  {
    invariant: 7,
    name: 'the grace is ignored',
    world: 'five days',
    edits: [
      {
        file: ladder,
        from: 'return secondsBetween(since, now) >= graceDays * 86_400 - toleranceSeconds;',
        to: 'return secondsBetween(since, now) >= graceDays - 1 - toleranceSeconds;',
      },
    ],
  },
  {
    invariant: 7,
    name: 'the grace is counted from the first step',
    world: 'five days',
    edits: [
      {
        file: ladder,
        from: 'return isGraceOver(rung.since,',
        to: 'return isGraceOver(image.tags[tagKeys.retiringSince] ?? rung.since,',
      },
    ],
  },
  {
    invariant: 7,
    name: 'a step is left out',
    world: 'five days',
    edits: [{ file: ladder, from: 'steps[steps.indexOf(current) + 1]', to: 'steps[steps.indexOf(current) + 2]' }],
  },
  {
    invariant: 8,
    name: 'an image is deregistered, and its snapshots are forgotten',
    world: 'five days',
    edits: [{ file: 'shared/aws/retirement.ts', from: ', DeleteAssociatedSnapshots: true', to: '' }],
  },
  {
    invariant: 8,
    name: 'what EC2 says of each snapshot is not read',
    world: 'five days',
    placement: 'retire-image/ec2:DeregisterImage@eu-west-1#1 snapshot-deletion-fails',
    edits: [{ file: 'shared/aws/retirement.ts', from: "ReturnCode === 'success'", to: 'SnapshotId' }],
  },
  {
    invariant: 8,
    name: 'a snapshot is deleted without a look at who else uses it',
    world: 'snapshot in use',
    edits: [{ file: 'functions/delete-snapshots/task.ts', from: '(await useOf(snapshotId, tags)) ??', to: '' }],
  },
  {
    invariant: 9,
    name: 'an image goes that was to be archived first',
    world: 'archived',
    edits: [
      {
        file: judgement,
        from: 'due.now.has(image.imageId) || (isCandidate && due.beforeItGoes.has(image.imageId));',
        to: 'due.now.has(image.name) && isCandidate;',
      },
    ],
  },
  {
    invariant: 9,
    name: 'nobody looks whether an archive is still there',
    world: 'archive deleted',
    edits: [
      {
        file: 'functions/retire-image/task.ts',
        from: 'const lost = await lostArchive(judgement, region, policy);',
        to: 'const lost = region === undefined ? await lostArchive(judgement, region, policy) : undefined;',
      },
    ],
  },
  {
    invariant: 9,
    name: 'an archive goes with its image, and the roles allow it',
    world: 'archived',
    edits: [
      {
        file: 'functions/retire-image/task.ts',
        from: "import * as z from 'zod';\n",
        to: "import * as z from 'zod';\nimport { objectsIn } from '../../shared/aws/objects.ts';\n",
      },
      {
        file: 'functions/retire-image/task.ts',
        from: '      if (!left) return gone(step, snapshotIds);\n',
        to: "      const at = archiveAt(image.tags[tagKeys.archivedTo] ?? '');\n      if (at) await objectsIn(homeRegion, at.bucket).remove(at.key);\n      if (!left) return gone(step, snapshotIds);\n",
      },
      {
        file: 'functions/retire-image/function.yml',
        from: 'Action: [s3:GetObject]\n',
        to: 'Action: [s3:GetObject, s3:DeleteObject]\n',
      },
    ],
  },
  {
    invariant: 12,
    name: 'nobody asks whether a plan is over its cap',
    world: 'over the cap',
    edits: [
      {
        file: 'functions/plan-retirement/task.ts',
        from: 'const excess = blastRadius(items, named, policy) ?? null;',
        to: 'const excess = blastRadius([], named, policy) ?? null;',
      },
    ],
  },
  {
    invariant: 12,
    name: 'a cap lets one image more go than it says',
    world: 'over the cap',
    edits: [
      { file: 'shared/domain/plan.ts', from: 'stepping.length > maxPerRun\n', to: 'stepping.length > maxPerRun + 1\n' },
    ],
  },
  {
    invariant: 12,
    name: 'of the caps only the number counts, and not the part',
    world: 'over the share',
    edits: [{ file: 'shared/domain/plan.ts', from: '...(most > byPercent\n', to: '...(most > total\n' }],
  },
  {
    invariant: 14,
    name: 'of the images of a policy only the first page is read',
    world: 'five days',
    edits: [
      {
        file: 'shared/aws/images.ts',
        from: 'homeRegion })) found.push(image);\n          }',
        to: 'homeRegion })) found.push(image);\n          }\n          break;',
      },
    ],
  },
];
