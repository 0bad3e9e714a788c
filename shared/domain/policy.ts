import * as z from 'zod';
import { archivePrefix, bucketName } from './archive.ts';
import { tagKeys } from './tags.ts';

/** A policy's name: its file's name. It becomes part of image names, parameter names and tags. */
export const policyNamePattern = /^[a-z0-9-]{1,32}$/;

const region = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'is no Region name such as eu-west-1');
const accountId = z.string().regex(/^\d{12}$/, 'is no account id: twelve digits, in quotes');
const duration = z.string().regex(/^[1-9]\d{0,3}[hdwmy]$/, 'is no duration such as 14d (h, d, w, m, y)');
const count = z.int().min(1).max(1000);

const tagValue = z.string().max(256);
const ownTags = z.record(
  z
    .string()
    .min(1)
    .max(127)
    .regex(/^(?!aws:|ami-lifecycle:)/, 'must not begin with aws: or ami-lifecycle:, which are reserved'),
  tagValue,
);

const select = z.strictObject({
  tags: z
    .record(z.string().min(1), tagValue)
    .refine((tags) => Object.keys(tags).length > 0, 'needs at least one tag: without any, every instance would match')
    .describe(
      `Tags that an instance must carry, all of them; \`*\` in a value stands for any text. For ${tagKeys.policy} it is enough that the value is one of the words of the tag.`,
    ),
});

const schedule = z.strictObject({
  cron: z
    .string()
    .min(1)
    .describe(
      'When to capture: six fields as EventBridge Scheduler has them (minutes hours day-of-month month day-of-week year), or rate(6 hours).',
    ),
  timezone: z
    .string()
    .refine(isTimeZone, 'is no time zone of the IANA database such as Europe/Rome')
    .default('UTC')
    .describe('The time zone of the schedule.'),
  flexibleMinutes: z
    .int()
    .min(0)
    .max(1440)
    .default(0)
    .describe('Captures may begin up to this much later, to spread load.'),
  onTagged: z
    .boolean()
    .default(true)
    .describe('Also capture at once whenever the tag of an instance changes and names this policy.'),
});

const capture = z.strictObject({
  consistency: z
    .enum(['stop', 'reboot', 'crash'])
    .default('stop')
    .describe(
      'stop: shut down first, all volumes agree. reboot: EC2 reboots it. crash: as if the power failed; nothing is interrupted.',
    ),
  restartWhen: z
    .enum(['snapshots-started', 'image-available'])
    .default('snapshots-started')
    .describe(
      'When a stopped instance runs again. A snapshot is fixed once it has started, so waiting longer only costs downtime.',
    ),
  ifUnstoppable: z
    .enum(['crash', 'skip'])
    .default('crash')
    .describe(
      'What to do where stopping would do harm: members of Auto Scaling groups, one-time spot, instance-store data, stop protection.',
    ),
  excludeDevices: z
    .array(z.string().min(1))
    .default([])
    .describe('Devices to leave out of the image, such as /dev/sdf. Never the root device.'),
  copyInstanceTags: z.boolean().default(true).describe("Put the instance's own tags on its images."),
  tags: ownTags
    .refine((tags) => Object.keys(tags).length <= 36, 'has more than 36 tags; EC2 allows 50 and fourteen are ours')
    .default({})
    .describe('Further tags for images and snapshots.'),
  timeoutHours: z.int().min(1).max(36).default(24).describe('How long an image or a copy may take.'),
  concurrency: z.int().min(1).max(10_000).default(20).describe('How many instances are captured at the same time.'),
});

const retainCounts = {
  last: count.optional().describe('So many of the newest images.'),
  hourly: count.optional().describe('The newest image of each of so many hours that have one.'),
  daily: count.optional().describe('The newest image of each of so many days that have one.'),
  weekly: count.optional().describe('The newest image of each of so many ISO weeks that have one.'),
  monthly: count.optional().describe('The newest image of each of so many months that have one.'),
  yearly: count.optional().describe('The newest image of each of so many years that have one.'),
};

/** A rule with a typing error is no missing rule: one fault, one message. */
function isSoFarRight({ issues }: { issues: readonly unknown[] }): boolean {
  return issues.length === 0;
}

const retain = z
  .strictObject({
    ...retainCounts,
    within: duration.optional().describe('Keep everything newer than this before the newest image.'),
    atLeast: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'Never go below this many images of an instance, until afterTermination is over; by default 1, the newest.',
      ),
    afterTermination: duration
      .optional()
      .describe(
        'This long after the instance is seen to be terminated, none of its images is wanted any more, its newest included. Without it, what the rules keep of a terminated instance stays for ever.',
      ),
  })
  .refine((rules) => Object.entries(rules).some(([name, rule]) => name !== 'afterTermination' && rule !== undefined), {
    message: 'names no rule: everything but the newest image would go; name at least one, such as daily: 7',
    when: isSoFarRight,
  });

const copy = z.strictObject({
  region: region.describe('The Region to copy to.'),
  kmsKeyId: z
    .string()
    .regex(/^[\w:/-]{1,2048}$/, 'is no key: an id, an alias such as alias/backups, or an ARN')
    .optional()
    .describe('The key for the copy, in that Region: id, alias or ARN. An encrypted image needs one.'),
  withinMinutes: z
    .int()
    .min(15)
    .max(2880)
    .multipleOf(15)
    .optional()
    .describe('Pay for a time-based copy that ends within this time.'),
  retain: retain.optional().describe('How long copies are kept there.'),
});

const share = z.strictObject({
  accounts: z.array(accountId).default([]).describe('Accounts that may launch from the image and copy it.'),
  organizationArns: z
    .array(
      z
        .string()
        .regex(/^arn:aws[a-z-]*:organizations::\d{12}:organization\/o-[a-z0-9]+$/, 'is no ARN of an organization'),
    )
    .default([])
    .describe('Organizations whose accounts may launch from the image.'),
  organizationalUnitArns: z
    .array(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:organizations::\d{12}:ou\/o-[a-z0-9]+\/ou-[a-z0-9-]+$/,
          'is no ARN of an organizational unit',
        ),
    )
    .default([])
    .describe('Organizational units whose accounts may launch from the image.'),
  public: z
    .boolean()
    .default(false)
    .describe('Everybody may launch from the image. Refused for encrypted images and those with product codes.'),
});

const archive = z.strictObject({
  bucket: bucketName.describe('The S3 bucket for archived images.'),
  prefix: archivePrefix.default('').describe('The path within the bucket, with a slash at its end.'),
  when: z
    .strictObject(retainCounts)
    .refine((counts) => Object.values(counts).some((each) => each !== undefined), {
      message: 'names no rule, such as monthly: 12',
      when: isSoFarRight,
    })
    .describe('Which images are archived, in the words of retain: once their month (day, week, ...) is over.'),
  storageClass: z
    .enum(['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'])
    .default('STANDARD')
    .describe("The object's storage class."),
});

/** The rungs of the ladder on which an image leaves, in the order that they can be taken in. */
export const ladder = ['deprecate', 'disable', 'deregister'] as const;

/** By default at noon, when people are there to see it. */
export const defaultRetireCron = '0 12 * * ? *';

const retire = z.strictObject({
  cron: z
    .string()
    .min(1)
    .default(defaultRetireCron)
    .describe('When to look for what to retire, in the time zone of the schedule.'),
  steps: z
    .array(z.enum(ladder))
    .min(1)
    .refine(isAscending, 'must be in the order deprecate, disable, deregister, each once')
    .default([...ladder])
    .describe(
      'How an image leaves: hidden from others, then made unusable but restorable, then gone with its snapshots.',
    ),
  graceDays: z.int().min(0).max(365).default(7).describe('How long an image stays on a rung.'),
  maxPerRun: z
    .int()
    .min(1)
    .optional()
    .describe(
      'A run that would take a step with more images than this takes none. Without it: 50, or each step once for each rule, instance and Region, if that is more.',
    ),
  maxPercentPerRun: z
    .int()
    .min(1)
    .max(100)
    .default(25)
    .describe(
      'A run that would take the same step with more than this part of the images takes none. One image for each rule of each instance is always allowed: on a Monday the daily and the weekly rule both let one go.',
    ),
  launchTemplateVersions: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe(
      'How many of the newest versions of a launch template count as a use. Its default version, and what an Auto Scaling group or fleet names, always do. Whoever mounts a snapshot of an image uses it, too: that is seen in the default and the newest version, and in those named.',
    ),
  mode: z
    .enum(['report', 'enforce'])
    .default('report')
    .describe(
      'report: write the plan, and retire and archive nothing; sharing follows the policy all the same, and what is wanted again comes back. enforce: do it.',
    ),
});

function isAscending(steps: readonly (typeof ladder)[number][]): boolean {
  const places = steps.map((step) => ladder.indexOf(step));
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0));
}

const drill = z.strictObject({
  every: z.enum(['daily', 'weekly', 'monthly']).describe('How often an image of each instance is proved.'),
  instanceType: z.string().min(1).describe('The type of the probe.'),
  subnetId: z
    .string()
    .regex(/^subnet-[0-9a-f]+$/)
    .describe('An isolated subnet.'),
  securityGroupId: z
    .string()
    .regex(/^sg-[0-9a-f]+$/)
    .describe('A security group without rules.'),
});

const notify = z.strictObject({
  topicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z]+(-[a-z]+)+-\d+:\d{12}:[\w-]{1,256}(\.fifo)?$/, 'is no ARN of an SNS topic')
    .refine(
      (topicArn) => !topicArn.endsWith('.fifo'),
      'is a FIFO topic, which takes no messages like ours: name a standard one',
    )
    .describe('The SNS topic that hears of every run: a standard one, in the Region of the stack.'),
});

const fields = {
  description: z.string().max(200).optional().describe('What this policy is for, for people.'),
  select: select
    .optional()
    .describe(`Which instances: by default those whose tag ${tagKeys.policy} names this policy.`),
  schedule: schedule.describe('When instances are captured.'),
  capture: capture.prefault({}).describe('How instances are captured.'),
  copies: z.array(copy).max(20).default([]).describe('Other Regions that get a copy of every image.'),
  share: share.optional().describe('Who else may use the images.'),
  archive: archive.optional().describe('Which images are archived to S3.'),
  retain: retain
    .optional()
    .describe(
      'How long images are kept: what any rule wants stays. A counting rule that has not yet found all its periods keeps the oldest image besides ("oldest, while weekly has 1 of 2 left"), so that history can grow.',
    ),
  retire: retire.optional().describe('How images that are no longer wanted are taken away.'),
  drill: drill.optional().describe('How images are proved to boot.'),
  notify: notify.optional().describe('Who is told.'),
};

type PolicyIssue = { path: readonly (string | number)[]; message: string };

const fieldsNotAvailableYet = ['drill'] as const;

/** Fields of the schema whose workflow does not exist yet, by dotted path. */
export const notAvailableYet: readonly string[] = fieldsNotAvailableYet;

const policyObject = z.strictObject(fields);
const namedPolicyObject = z.strictObject({ name: z.string().regex(policyNamePattern), ...fields });

/** A policy as people write it in `policies/<name>.yml`, defaults filled in; unknown keys are errors. */
export const policySchema = policyObject.superRefine((policy, context) => {
  for (const { path, message } of issuesOf(policy)) context.addIssue({ code: 'custom', path: [...path], message });
});

/** A policy with its name: what workflows carry. */
export const namedPolicySchema = namedPolicyObject.superRefine((policy, context) => {
  for (const { path, message } of issuesOf(policy)) context.addIssue({ code: 'custom', path: [...path], message });
});

/** The policy file's schema for editors: without rules across fields, which JSON Schema cannot say. */
export const policyFileSchema = policyObject;

export type NamedPolicy = z.output<typeof namedPolicySchema>;
export type Retain = z.output<typeof retain>;
export type Step = (typeof ladder)[number];

function* issuesOf(policy: z.output<typeof policyObject>): Generator<PolicyIssue> {
  for (const field of fieldsNotAvailableYet) {
    if (policy[field] !== undefined) yield { path: [field], message: notAvailable };
  }
  if (policy.share && !sharesWithAnybody(policy.share)) {
    yield { path: ['share'], message: 'names nobody to share with: leave it out, or name accounts' };
  }
  if (policy.retain && !policy.retire) yield { path: ['retain'], message: needsRetire };
  if (policy.retire && !policy.retain) {
    yield { path: ['retire'], message: 'needs retain beside it, which says what is kept' };
  }
  if (policy.archive && !policy.retire) yield { path: ['archive'], message: needsRetire };
  const seen = new Set<string>();
  for (const [index, { region, retain, kmsKeyId }] of policy.copies.entries()) {
    if (retain !== undefined && !policy.retire) yield { path: ['copies', index, 'retain'], message: needsRetire };
    if (seen.has(region)) yield { path: ['copies', index, 'region'], message: `names ${region} a second time` };
    seen.add(region);
    const keyRegion = /^arn:[^:]+:kms:([^:]+):/.exec(kmsKeyId ?? '')?.[1];
    if (keyRegion !== undefined && keyRegion !== region) {
      const message = `is a key of ${keyRegion}, and the copy is in ${region}: name a key of that Region`;
      yield { path: ['copies', index, 'kmsKeyId'], message };
    }
  }
  for (const [index, account] of (policy.share?.accounts ?? []).entries()) {
    if (policy.share?.accounts.indexOf(account) === index) continue;
    yield { path: ['share', 'accounts', index], message: `names ${account} a second time` };
  }
  const ownTag = policy.select?.tags[tagKeys.policy];
  if (policy.select && policy.schedule.onTagged && (ownTag === undefined || ownTag.includes('*'))) {
    // The tag event is matched on our key alone, so such a policy would wait for events that never reach it.
    yield {
      path: ['schedule', 'onTagged'],
      message: `cannot work unless select.tags has ${tagKeys.policy} with the policy's own name: set it to false`,
    };
  }
}

const needsRetire = 'has no effect without retire, whose runs do it: add retire, if only retire: {}';
const notAvailable = 'is not available yet: its workflow is not built; leave the field out';

function sharesWithAnybody(audience: z.output<typeof share>): boolean {
  const { accounts, organizationArns, organizationalUnitArns } = audience;
  return audience.public || accounts.length + organizationArns.length + organizationalUnitArns.length > 0;
}

/** Asking the runtime for a zone's data costs as much as the rest of a policy, and every task reads one. */
const knownZones = new Map<string, boolean>();

function isTimeZone(zone: string): boolean {
  const known = knownZones.get(zone);
  if (known !== undefined) return known;
  const isKnown = hasZoneData(zone);
  if (knownZones.size < 1000) knownZones.set(zone, isKnown);
  return isKnown;
}

function hasZoneData(zone: string): boolean {
  // Offsets such as +01:00 are taken by the runtime, but not by EventBridge Scheduler.
  if (/^[+-]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
