import { createStack, type Stack } from '../cli/simulation/stack.ts';
import { type VirtualClock, virtualClock } from '../engine/clock.ts';
import { namedPolicySchema } from '../shared/domain/policy.ts';
import { type Account, createAccount } from '../simulator/account.ts';
import { agedFleet } from './bench-aged-fleet.ts';

const region = 'eu-west-1';
const today = '2026-11-21T03:00:00Z';
const dayMs = 86_400_000;
const graceDays = 7;

/** What Step Functions and EC2 had to do. */
export interface Cost {
  transitions: number;
  ec2Calls: number;
}

/**
 * Takes one image of one server down the whole ladder: three runs, a grace apart.
 * @returns also what the same three runs cost where there is nothing to do
 */
export async function wholeLadder(): Promise<{ withImage: Cost; withoutImage: Cost }> {
  return { withImage: await threeRuns(8, 'gone'), withoutImage: await threeRuns(7, 'there') };
}

async function threeRuns(images: number, oldest: 'gone' | 'there'): Promise<Cost> {
  const { account, clock, stack } = await worldOf(images, {});
  const [oldestId] = account.region(region).images.keys();
  for (let run = 0; run < 3; run++) {
    const scheduledAtMs = Date.parse('2026-11-21T12:00:00Z') + run * graceDays * dayMs;
    await clock.run(scheduledAtMs);
    stack.retire({ policy: 'gold', scheduledAt: new Date(scheduledAtMs).toISOString() });
    await clock.run();
  }
  if (account.region(region).images.has(oldestId ?? '') !== (oldest === 'there')) {
    throw new Error(`The oldest image should be ${oldest}.`);
  }
  return costOf(account, stack);
}

/** Archives one image, by hand, whose storing takes so many minutes. */
export async function archiveOnce(storeMinutes: number): Promise<Cost> {
  // Roles give what a policy archives to, and nothing else.
  const archive = { bucket: 'archive', prefix: 'gold/', when: { monthly: 1 } };
  const { account, clock, stack } = await worldOf(1, { storeMinutes: () => storeMinutes }, { archive });
  account.createBucket('archive');
  const [imageId = ''] = account.region(region).images.keys();
  const executionArn = stack.archive({
    imageId,
    archive: { bucket: 'archive', prefix: 'gold/', storageClass: 'STANDARD' },
  });
  await clock.run();
  const { status, cause } = stack.engine.describeExecution(executionArn);
  if (status !== 'SUCCEEDED') throw new Error(`The archive ended ${status}: ${cause ?? ''}`);
  return costOf(account, stack);
}

async function worldOf(
  images: number,
  behaviour: NonNullable<Parameters<typeof createAccount>[0]['behaviour']>,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ account: Account; clock: VirtualClock; stack: Stack }> {
  const clock = virtualClock('2026-11-21T12:00:00Z');
  const plain = { emptyPageProbability: 0, ...behaviour };
  const account = createAccount({ accountId: '111122223333', homeRegion: region, clock, seed: 1, behaviour: plain });
  account.load(agedFleet(1, images, today));
  const policy = namedPolicySchema.parse({
    name: 'gold',
    schedule: { cron: '0 3 * * ? *' },
    retain: { daily: 7 },
    retire: { mode: 'enforce', graceDays },
    ...fields,
  });
  return { account, clock, stack: await createStack({ account, clock, seed: 1, policies: [policy] }) };
}

function costOf(account: Account, { engine }: Stack): Cost {
  const ec2Calls = Object.entries(account.calls.byOperation).filter(([operation]) => operation.startsWith('ec2:'));
  return {
    transitions: engine.transitions(),
    ec2Calls: ec2Calls.reduce((sum, [, calls]) => sum + calls, 0),
  };
}
