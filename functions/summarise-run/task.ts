import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { type ItemResult, readItemResults } from '../../shared/domain/map-results.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { visible } from '../../shared/domain/visible.ts';

/** How many failures are told one by one, and how much of each; the rest is in the run's results. */
const toldFailures = 20;
const toldCharacters = 500;

const failure = z.strictObject({ Error: z.string(), Cause: z.string() });

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    policies: z.record(z.string(), namedPolicySchema),
    /** Policies that were named, but not to be had. */
    unusable: z.array(z.strictObject({ policy: z.string(), Error: z.string(), Cause: z.string() })),
    selected: z.int().min(0),
    /** Where the Map wrote its results; null where it did not run. */
    results: z.strictObject({ bucket: parts.bucket, key: parts.objectKey }).nullable(),
    /** What ended the run as a whole, if anything did. */
    failure: z.object({ Error: z.string().optional(), Cause: z.string().optional() }).nullable(),
  }),
  output: z.strictObject({
    selected: z.int().min(0),
    captured: z.int().min(0),
    skipped: z.record(z.string(), z.int().min(1)),
    failed: z.int().min(0),
    /** Why the execution is to fail; null when every item came to a good end. */
    failure: failure.nullable(),
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

const itemInputSchema = z.object({ instanceId: z.string(), policy: z.object({ name: z.string() }) });
const itemOutputSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('captured') }),
  z.object({ outcome: z.literal('skipped'), reason: z.string() }),
]);

/** Whose capture it was, as far as AWS says: it does not, of what it never started. */
interface Subject {
  instanceId: string;
  policy: string | undefined;
}

type Item = Subject &
  (
    | { outcome: 'captured' }
    | { outcome: 'skipped'; reason: string }
    | { outcome: 'failed'; error: string; cause: string }
  );

interface Ports {
  /** The stack's own topic, for runs whose policies name none; empty for none. */
  topicArn: string;
  objectsIn: (bucket: string) => { readJson(key: string): Promise<unknown> };
  notifications: { publish(topicArn: string, subject: string, message: string): Promise<void> };
  meter: Pick<Meter, 'count'>;
}

/** Tells people once what became of every item, counts it, and says whether the run failed. */
export function makeSummariseRun({ topicArn, objectsIn, notifications, meter }: Ports) {
  return async ({ policies, unusable, selected, results, failure: runFailure }: Input): Promise<Output> => {
    const items = results ? (await readItemResults(objectsIn(results.bucket), results.key)).map(itemOf) : [];
    const skipped: Record<string, number> = {};
    for (const item of items) {
      if (item.outcome === 'skipped') skipped[item.reason] = (skipped[item.reason] ?? 0) + 1;
    }
    const failures = items.filter((item) => item.outcome === 'failed');
    const captured = items.filter(({ outcome }) => outcome === 'captured').length;
    const name = Object.keys(policies).join(' ') || 'no policy';

    const summary = `${name}: ${captured} captured, ${items.length - captured - failures.length} skipped, ${failures.length} failed of ${selected}`;
    const ended = endOf(runFailure, unusable);
    const topics = topicsOf(policies, topicArn);
    if (selected > 0 || ended) {
      const message = messageOf(summary, failures, ended);
      for (const topic of topics)
        await notifications.publish(topic, ended ? `${name}: ${ended.Error}` : summary, message);
    }
    // Last: while people cannot be told, all of this is tried again.
    count(Object.keys(policies), items, selected);
    return {
      selected,
      captured,
      skipped,
      failed: failures.length,
      failure:
        ended ?? (failures.length > 0 ? { Error: 'CapturesFailed', Cause: messageOf(summary, failures, null) } : null),
    };
  };

  /** By policy, as a tag may name several. What was captured is counted already, image by image. */
  function count(names: readonly string[], items: readonly Item[], selected: number): void {
    const [first] = names;
    for (const policy of names) {
      const own = items.filter((item) => (item.policy ?? first) === policy);
      // One that is alone was selected for, even where the Map did not run.
      meter.count('Selected', names.length === 1 ? selected : own.length, { policy });
      meter.count('Skipped', own.filter(({ outcome }) => outcome === 'skipped').length, { policy });
      for (const item of own) if (item.outcome === 'failed') meter.count('Failed', 1, { policy, error: item.error });
    }
  }
}

/** What makes the run fail whatever became of its items. */
function endOf(runFailure: Input['failure'], unusable: Input['unusable']): { Error: string; Cause: string } | null {
  if (runFailure) {
    return { Error: runFailure.Error ?? 'Unknown', Cause: runFailure.Cause ?? 'The run ended without a cause.' };
  }
  const [first] = unusable;
  return first ? { Error: first.Error, Cause: unusable.map(({ Cause }) => Cause).join(' ') } : null;
}

function itemOf({ input, output, error, cause }: ItemResult): Item {
  const told = itemInputSchema.nullable().parse(input);
  const subject = { instanceId: told?.instanceId ?? 'unknown', policy: told?.policy.name };
  if (error === undefined) return { ...subject, ...itemOutputSchema.parse(output) };
  return { ...subject, outcome: 'failed', error, cause };
}

function topicsOf(policies: Input['policies'], topicArn: string): string[] {
  const named = Object.values(policies).flatMap(({ notify }) => (notify ? [notify.topicArn] : []));
  const topics = named.length > 0 ? named : [topicArn];
  return [...new Set(topics)].filter((topic) => topic !== '');
}

function messageOf(
  summary: string,
  failures: readonly Extract<Item, { outcome: 'failed' }>[],
  ended: { Error: string; Cause: string } | null,
): string {
  const told = failures
    .slice(0, toldFailures)
    .map(({ instanceId, error, cause }) => `${instanceId} ${error}: ${visible(cause).slice(0, toldCharacters)}`);
  return [
    summary,
    ...(ended ? [`${ended.Error}: ${ended.Cause}`] : []),
    ...told,
    ...(failures.length > told.length ? [`and ${failures.length - told.length} more`] : []),
  ].join('\n');
}
