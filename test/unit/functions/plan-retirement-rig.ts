import * as z from 'zod';
import { contract, makePlanRetirement } from '../../../functions/plan-retirement/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { planItemSchema, shareItemSchema } from '../../../shared/domain/plan.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import type { fakeAccount } from './fake-account.ts';
import { within } from './fakes.ts';
import { home, imageOf, noon, retiring } from './retirement-examples.ts';

const planSchema = z.object({
  mode: z.string(),
  excess: z.string().nullable(),
  withheld: z.record(z.string(), z.int()),
  incomplete: z.array(z.object({ region: z.string(), reason: z.string() })),
  images: z.array(
    z.object({
      region: z.string(),
      imageId: z.string(),
      name: z.string(),
      verdict: z.string(),
      reasons: z.array(z.string()),
      actions: z.array(z.string()),
    }),
  ),
  formerRegions: z.array(z.object({ region: z.string(), images: z.int().nullable(), reason: z.string().nullable() })),
  leftoverSnapshots: z.array(z.object({ region: z.string(), snapshotId: z.string() })),
});

type Account = ReturnType<typeof fakeAccount>;

export async function plan(account: Account, policy: NamedPolicy = retiring(), mode?: 'report' | 'enforce') {
  const policies = { find: async () => policy };
  const task = within(contract, makePlanRetirement({ region: home, policies, ...account }));
  const answer = await task({
    executionId: 'arn:aws:states:eu-west-1:123456789012:execution:retire-images:ours',
    event: { policy: policy.name, scheduledAt: noon, ...(mode ? { mode } : {}) },
    now: noon,
  });
  const written = planSchema.parse(JSON.parse(account.world.objects.get(answer.plan.key) ?? ''));
  const items = z.array(planItemSchema).parse(JSON.parse(account.world.objects.get(answer.items.key) ?? ''));
  const shares = z.array(shareItemSchema).parse(JSON.parse(account.world.objects.get(answer.shares.key) ?? ''));
  const lines = new Map(written.images.map((line) => [`${line.region} ${line.imageId}`, line]));
  return {
    answer,
    written,
    items,
    shares,
    of: (day: number, region = home) => lines.get(`${region} ami-202611${day}`),
  };
}

export const denied = new LifecycleError('AccessDenied', 'DescribeImages: no right');
export const unknown = new LifecycleError('EvidenceIncomplete', 'Whether images are in use is not known: no right');
export const days = (...each: number[]): Image[] => each.map((day) => imageOf(day));
export const copiesOf = (images: readonly Image[]): Image[] =>
  images.map((image) => ({
    ...image,
    imageId: image.imageId.replace('ami-', 'ami-c'),
    tags: { ...image.tags, [tagKeys.origin]: `${home}/${image.imageId}` },
  }));
