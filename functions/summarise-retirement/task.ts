import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import type { ErrorName } from '../../shared/domain/errors.ts';
import { holdingSchema } from '../../shared/domain/holdings.ts';
import { type ItemResult, readItemResults } from '../../shared/domain/map-results.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { regionsKey } from '../../shared/domain/plan.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { visible } from '../../shared/domain/visible.ts';

/** How many images are told one by one, and how much of each; the rest is in the plan and the run's results. */
const toldImages = 20;
const toldCharacters = 500;

const results = z.strictObject({ bucket: parts.bucket, key: parts.objectKey }).nullable();
const failure = z.strictObject({ Error: z.string(), Cause: z.string() });

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    /** What the run was started for. */
    policyName: z.string(),
    /** What PlanRetirement answered; null where it failed. */
    plan: z
      .object({
        policy: namedPolicySchema,
        plan: z.strictObject({ bucket: parts.bucket, key: z.string() }),
        images: z.int().min(0),
        kept: z.int().min(0),
        holdings: z.array(holdingSchema),
        inUse: z.int().min(0),
        planned: z.int().min(0),
        failedReports: z.int().min(0),
        incomplete: z.array(z.strictObject({ region: z.string(), reason: z.string() })),
        formerRegions: z.array(
          z.strictObject({ region: z.string(), images: z.int().nullable(), reason: z.string().nullable() }),
        ),
        mode: z.enum(['report', 'enforce']),
        excess: z.string().nullable(),
        withheld: z.record(z.string(), z.int().min(1)),
      })
      .nullable(),
    /** Where each Map wrote its results; null where it did not run. */
    shareResults: results,
    results,
    failure: z.object({ Error: z.string().optional(), Cause: z.string().optional() }).nullable(),
  }),
  output: z.strictObject({
    images: z.int().min(0),
    kept: z.int().min(0),
    /** What was done, and how often: `deregistered`, `spared`, `archived`. */
    outcomes: z.record(z.string(), z.int().min(1)),
    failed: z.int().min(0),
    /** Why the execution is to fail; null when all came to a good end. */
    failure: failure.nullable(),
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

/** What both Maps have in common. */
const itemInputSchema = z.object({ item: z.object({ region: z.string(), imageId: z.string().nullable() }) });
const itemOutputSchema = z.object({
  outcomes: z.array(z.object({ outcome: z.string(), reasons: z.array(z.string()).default([]) })),
  /** Snapshots that stay, though their image is gone. */
  kept: z.array(z.object({ snapshotId: z.string(), reason: z.string() })).default([]),
});

interface Told {
  subject: string;
  /** Of a failure its error and cause: `AccessDenied: …`. */
  what: string;
}

/** What the last look before an act did not find out is as incomplete as what the plan did not. */
const isUnknown = ({ what }: Told): boolean => what.startsWith('EvidenceIncomplete' satisfies ErrorName);

interface Ports {
  /** The stack's own topic, for policies that name none; empty for none. */
  topicArn: string;
  objectsIn: (bucket: string) => { readJson(key: string): Promise<unknown> };
  notifications: { publish(topicArn: string, subject: string, message: string): Promise<void> };
  meter: Pick<Meter, 'count' | 'seconds' | 'gigabytes'>;
}

/** Tells people once what became of every image, counts it, and says whether the run failed. */
export function makeSummariseRetirement({ topicArn, objectsIn, notifications, meter }: Ports) {
  return async ({ policyName, plan, shareResults, results, failure: runFailure }: Input): Promise<Output> => {
    // Sharing first: of what failed, access is the gravest.
    const items = [...(await resultsIn(shareResults)), ...(await resultsIn(results))];
    const outcomes: Record<string, number> = {};
    const failures: Told[] = [];
    const notable: Told[] = [];
    for (const item of items) {
      const subject = subjectOf(item.input);
      if (item.error !== undefined) {
        failures.push({ subject, what: visible(`${item.error}: ${item.cause}`) });
        continue;
      }
      for (const { outcome, reasons } of itemOutputSchema.parse(item.output).outcomes) {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        const isTold = outcome === 'spared' || (outcome === 'shared' && reasons.length > 0);
        if (isTold) notable.push({ subject, what: `${outcome}: ${reasons.join('; ')}` });
      }
      for (const { snapshotId, reason } of itemOutputSchema.parse(item.output).kept) {
        notable.push({ subject, what: `its snapshot ${snapshotId} stays: ${reason}` });
      }
    }
    const ended = endOf({ plan, runFailure, failures });
    const summary = summaryOf(policyName, plan, outcomes, failures.length);
    // A run that only reports must not look like one that had nothing to do.
    const isHeldBack = Object.keys(plan?.withheld ?? {}).length > 0;
    // Nobody else would ever tell of what is left in a Region that the policy names no more.
    const isLeftBehind = plan !== null && plan.formerRegions.length > 0;
    if (ended || items.length > 0 || isHeldBack || isLeftBehind) {
      const message = messageOf(summary, plan, [...failures, ...notable], ended);
      const topic = plan?.policy.notify?.topicArn ?? topicArn;
      if (topic !== '') await notifications.publish(topic, ended ? `${policyName}: ${ended.Error}` : summary, message);
    }
    // Last: while people cannot be told, all of this is tried again.
    count(policyName, plan, { outcomes, failures });
    return { images: plan?.images ?? 0, kept: plan?.kept ?? 0, outcomes, failed: failures.length, failure: ended };
  };

  function count(
    policy: string,
    plan: Input['plan'],
    { outcomes, failures }: { outcomes: Readonly<Record<string, number>>; failures: readonly Told[] },
  ): void {
    const dimensions = { policy };
    for (const { region, images, gigabytes, newestAgeSeconds } of plan?.holdings ?? []) {
      meter.count('Images', images, { ...dimensions, region });
      meter.gigabytes('Gigabytes', gigabytes, { ...dimensions, region });
      if (newestAgeSeconds !== null) meter.seconds('NewestImageAge', newestAgeSeconds, { ...dimensions, region });
    }
    meter.count('HeldByReference', plan?.inUse ?? 0, dimensions);
    meter.count('Retired', outcomes.deregistered ?? 0, dimensions);
    meter.count('Archived', outcomes.archived ?? 0, dimensions);
    meter.count('EvidenceIncomplete', (plan?.incomplete.length ?? 0) + failures.filter(isUnknown).length, dimensions);
    meter.count('BlastRadiusExceeded', isRefused(plan) ? 1 : 0, dimensions);
  }

  async function resultsIn(place: Input['results']): Promise<ItemResult[]> {
    return place ? readItemResults(objectsIn(place.bucket), place.key) : [];
  }
}

/** AWS does not say what it never started. */
function subjectOf(input: unknown): string {
  const item = itemInputSchema.nullable().parse(input)?.item;
  return item ? `${item.imageId ?? 'snapshots without an image'} in ${item.region}` : 'an unknown image';
}

/** A run that only reports does not fail for what it would not be allowed to do. */
function isRefused(plan: Input['plan']): boolean {
  return plan?.mode === 'enforce' && plan.excess !== null;
}

/** What makes the run fail: gravest first. */
function endOf({
  plan,
  runFailure,
  failures,
}: {
  plan: Input['plan'];
  runFailure: Input['failure'];
  failures: readonly Told[];
}): { Error: string; Cause: string } | null {
  const end = (name: ErrorName, Cause: string) => ({ Error: name, Cause });
  if (runFailure) {
    return { Error: runFailure.Error ?? 'Unknown', Cause: runFailure.Cause ?? 'The run ended without a cause.' };
  }
  if (plan && isRefused(plan)) {
    return end(
      'BlastRadiusExceeded',
      `${plan.excess}. Nothing was retired. The plan is s3://${plan.plan.bucket}/${plan.plan.key}; if it is what you want, raise the caps of the policy '${plan.policy.name}' for one run.`,
    );
  }
  if (plan && plan.incomplete.length > 0) {
    return end(
      'EvidenceIncomplete',
      plan.incomplete.map(({ region, reason }) => `Nothing was retired in ${region}: ${reason}`).join(' '),
    );
  }
  const [first] = failures;
  if (!first) return null;
  return {
    Error: failures.some(isUnknown) ? 'EvidenceIncomplete' : 'RetirementFailed',
    Cause: `${failures.length} failed, the first: ${first.subject} ${first.what}`.slice(0, 2000),
  };
}

function summaryOf(
  policyName: string,
  plan: Input['plan'],
  outcomes: Readonly<Record<string, number>>,
  failed: number,
): string {
  if (!plan) return `${policyName}: no plan`;
  const counts = (of: Readonly<Record<string, number>>, words: (name: string, count: number) => string) =>
    Object.entries(of)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, count]) => words(name, count));
  return `${policyName}: ${[
    `${plan.kept} of ${plan.images} images kept`,
    ...counts(outcomes, (outcome, count) => `${count} ${outcome}`),
    ...counts(plan.withheld, (action, count) => `would ${action} ${count}`),
    `${failed} failed`,
  ].join(', ')}`;
}

/** What to do about images in Regions that the policy no longer copies to. */
function formerNotes({ formerRegions, policy, plan: { bucket } }: NonNullable<Input['plan']>): string[] {
  return formerRegions.map(({ region, images, reason }) =>
    images === null
      ? `Whether images are left in ${region}, to which the policy no longer copies, is not known: ${reason}. Grant the right, or take the Region out of s3://${bucket}/${regionsKey(policy.name)} if nothing of it is left.`
      : `Images left in ${region}, to which the policy no longer copies: ${images}. Access to them is kept as the policy says, and nothing is retired there; deregister them, or name the Region in the policy's copies again.`,
  );
}

/** EC2's failure may cost a day: after its grace an image waits for the next report. */
function failedReportNotes({ failedReports }: NonNullable<Input['plan']>): string[] {
  return failedReports > 0
    ? [
        `Reports on who else uses an image: ${failedReports} failed at EC2. It is asked again, and until it answers the image stays where it is.`,
      ]
    : [];
}

/** What to do about a run that only reports. */
function reportNote({ excess, policy }: NonNullable<Input['plan']>): string {
  const wouldExceed = excess === null ? '' : ` If it did, it would refuse: ${excess}.`;
  return `What it would do, this run only reports.${wouldExceed} To have it done, set retire.mode of the policy '${policy.name}' to enforce.`;
}

function messageOf(
  summary: string,
  plan: Input['plan'],
  told: readonly Told[],
  ended: { Error: string; Cause: string } | null,
): string {
  const lines = told.slice(0, toldImages).map(({ subject, what }) => `${subject} ${what}`.slice(0, toldCharacters));
  return [
    summary,
    ...(ended ? [`${ended.Error}: ${ended.Cause}`] : []),
    ...(plan?.mode === 'report' ? [reportNote(plan)] : []),
    ...(plan ? [...formerNotes(plan), ...failedReportNotes(plan)] : []),
    ...lines,
    ...(told.length > lines.length ? [`and ${told.length - lines.length} more`] : []),
    ...(plan ? [`Every image and the reasons: s3://${plan.plan.bucket}/${plan.plan.key}`] : []),
  ].join('\n');
}
