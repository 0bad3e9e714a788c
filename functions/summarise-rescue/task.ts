import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { type ItemResult, readItemResults } from '../../shared/domain/map-results.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { rescueItemSchema } from '../../shared/domain/rescue.ts';
import { visible } from '../../shared/domain/visible.ts';

/** How many instances are told one by one, and how much of each; the rest is in the run's results. */
const toldInstances = 20;
const toldCharacters = 500;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    /** Where the Map wrote its results. */
    results: z.strictObject({ bucket: parts.bucket, key: parts.objectKey }),
  }),
  output: z.strictObject({
    rescued: z.int().min(0),
    /** Needed no rescue any more, or are another's to rescue. */
    left: z.int().min(0),
    failed: z.int().min(0),
    /** Why the execution is to fail; null when every instance came to a good end. */
    failure: z.strictObject({ Error: z.string(), Cause: z.string() }).nullable(),
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

const itemInputSchema = z.object({ item: rescueItemSchema });
const itemOutputSchema = z.object({ outcome: z.enum(['running', 'stopped-by-owner', 'left']) });

interface Told {
  outcome: z.output<typeof itemOutputSchema>['outcome'] | 'failed';
  line: string;
  /** Whether people have not heard of it yet. */
  isNews: boolean;
}

interface Ports {
  /** The stack's own topic; empty for none. */
  topicArn: string;
  objectsIn: (bucket: string) => { readJson(key: string): Promise<unknown> };
  notifications: { publish(topicArn: string, subject: string, message: string): Promise<void> };
  meter: Pick<Meter, 'count'>;
}

/** Tells people once what is news of the stranded instances, counts them, and says whether the run failed. */
export function makeSummariseRescue({ topicArn, objectsIn, notifications, meter }: Ports) {
  return async ({ results }: Input): Promise<Output> => {
    const items = (await readItemResults(objectsIn(results.bucket), results.key)).map(toldOf);
    const counted = (outcome: Told['outcome']): number => items.filter((item) => item.outcome === outcome).length;
    const rescued = counted('running');
    const failed = counted('failed');
    const summary = `Rescue: ${rescued} instances run again, ${failed} do not`;
    const news = items.filter(({ isNews }) => isNews);
    if (news.length > 0 && topicArn !== '') await notifications.publish(topicArn, summary, messageOf(summary, news));
    // Last: while people cannot be told, all of this is tried again.
    meter.count('Rescued', rescued, {});
    meter.count('RescueFailed', failed, {});
    const failures = items.filter(({ outcome }) => outcome === 'failed');
    const Cause = messageOf(summary, failures);
    return {
      rescued,
      left: items.length - rescued - failed,
      failed,
      failure: failures.length > 0 ? { Error: 'RescueFailed', Cause: Cause.slice(0, 2000) } : null,
    };
  };
}

function toldOf({ input, output, error, cause }: ItemResult): Told {
  // AWS does not say what it never started.
  const item = itemInputSchema.nullable().parse(input)?.item;
  const who = item?.instanceId ?? 'an unknown instance';
  if (error !== undefined) {
    const why = visible(`${error}: ${cause}`).slice(0, toldCharacters);
    return { outcome: 'failed', line: `${who} ${why}`, isNews: item?.tellsFailure ?? true };
  }
  const { outcome } = itemOutputSchema.parse(output);
  switch (outcome) {
    case 'running': {
      const line = `${who} runs again; it should have since ${item?.overdueSince}, but ${item?.reason} (${item?.lease.executionId})`;
      // What ran all the time has lost nothing but a tag.
      return { outcome, line, isNews: item?.stoodStill ?? true };
    }
    case 'stopped-by-owner':
      return {
        outcome,
        line: `${who} stays stopped: its owner stopped it after it had been started again`,
        isNews: true,
      };
    case 'left':
      return { outcome, line: `${who} needs no rescue any more`, isNews: false };
  }
}

function messageOf(summary: string, items: readonly Told[]): string {
  const told = items.slice(0, toldInstances).map(({ line }) => line);
  return [summary, ...told, ...(items.length > told.length ? [`and ${items.length - told.length} more`] : [])].join(
    '\n',
  );
}
