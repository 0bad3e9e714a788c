import * as z from 'zod';
import { tagList } from '../../explore/hanging.ts';
import { home } from '../../explore/servers.ts';
import { tagsOf } from '../../explore/witness.ts';
import type { Story } from './story.ts';

export { hang, impatient, nightsUntil } from '../../explore/hanging.ts';

const dayMs = 86_400_000;

const planSchema = z.object({
  mode: z.string(),
  excess: z.string().nullable(),
  incomplete: z.array(z.object({ region: z.string(), reason: z.string() })),
  images: z.array(
    z.object({
      region: z.string(),
      imageId: z.string(),
      name: z.string(),
      verdict: z.enum(['keep', 'retire']),
      reasons: z.array(z.string()),
      actions: z.array(z.string()),
    }),
  ),
  leftoverSnapshots: z.array(z.object({ region: z.string(), snapshotId: z.string() })),
});

/** One run of retire-images that has ended. */
export interface Retirement {
  executionArn: string;
  status: string;
  error: string;
  cause: string;
  /** Undefined where the run did not come as far. */
  plan: z.output<typeof planSchema> | undefined;
  /** What people were told of it; empty where they were told nothing. */
  told: string;
}

/** Looks now for what is to be retired, and lets that run come to its end; nothing that lies further ahead happens. */
export async function retire(story: Story, mode?: 'report' | 'enforce', policyName = 'gold'): Promise<Retirement> {
  const { stack, clock, account } = story;
  const toldBefore = account.notifications.length;
  const scheduledAt = new Date(clock.now()).toISOString();
  const arn = stack.retire({ policy: policyName, scheduledAt, ...(mode ? { mode } : {}) });
  do await clock.run(clock.now() + 60_000);
  while (stack.engine.describeExecution(arn).status === 'RUNNING');
  const { status, error = '', cause = '', name } = stack.engine.describeExecution(arn);
  const plan = stack.workBucket.objects.get(`runs/${name}/plan.json`);
  return {
    executionArn: arn,
    status,
    error,
    cause,
    plan: plan && planSchema.parse(JSON.parse(Buffer.from(plan.body).toString('utf8'))),
    told: account.notifications
      .slice(toldBefore)
      .map(({ subject, message }) => `${subject}\n${message}`)
      .join('\n'),
  };
}

/** Retires today, and at the same time on each of the days that follow; the clock then stands on the last of them. */
export async function retireDaily(story: Story, days: number): Promise<Retirement[]> {
  const firstMs = story.clock.now();
  const all: Retirement[] = [];
  for (let day = 0; day < days; day++) {
    await story.clock.run(firstMs + day * dayMs);
    all.push(await retire(story));
  }
  return all;
}

/** Lets days pass in which nobody looks. */
export async function daysLater(story: Story, days: number): Promise<void> {
  await story.clock.run(story.clock.now() + days * dayMs);
}

/** Where every image stands, by the day of its slot; what is deregistered is absent. */
export function rungs(story: Story, region = home): Record<string, string> {
  const all = [...story.account.region(region).images.values()].flatMap(({ description }) => {
    const slot = tagsOf(description.Tags)['ami-lifecycle:slot'];
    if (slot === undefined) return [];
    const { State = '', DeprecationTime } = description;
    const rung = State === 'available' && DeprecationTime !== undefined ? 'deprecated' : State;
    return [[slot.slice(4, 8), rung] as const];
  });
  return Object.fromEntries(all.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** The plan's word on one image. */
export function lineOf({ plan }: Retirement, imageId: string) {
  const line = plan?.images.find((each) => each.imageId === imageId);
  if (!line) throw new Error(`The plan has no line for ${imageId}.`);
  return line;
}

/** What changed in EC2 or anywhere else, by name; tags and what is written to buckets included. */
export function changes(story: Story): string[] {
  return story.witness.calls
    .filter(({ service, caller }) => service !== 's3' && service !== 'sns' && caller !== undefined)
    .map(({ operation }) => operation)
    .filter((operation) => !/^(Describe|Get|List)/.test(operation));
}

/** Does something when the plan is written, and before anything is done about it. */
export function betweenPlanAndAct(story: Story, action: () => void): void {
  const stop = story.account.onCall(({ operation, input, errorCode }) => {
    const isItems = 'Key' in input && String(input.Key).endsWith('/items.json');
    if (operation !== 'PutObject' || !isItems || errorCode !== undefined) return;
    stop();
    action();
  });
}

/** Puts tags on something, as people would. */
export function tag(story: Story, id: string, tags: Record<string, string>, region = home): void {
  story.account.call('ec2', 'CreateTags', { Resources: [id], Tags: tagList(tags) }, region);
}

/** Whom an image is shared with. */
export function sharedWith(story: Story, imageId: string, region = home): string[] {
  return only(story.images(region).filter(({ id }) => id === imageId)).sharedWith;
}

/** The one value of a list: a story that lost its images tells nothing. */
export function only<Value>(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`There are ${values.length}, not one.`);
  return value;
}
