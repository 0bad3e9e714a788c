import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createStack } from '../../cli/simulation/stack.ts';
import { virtualClock } from '../../engine/clock.ts';
import { calling } from '../../shared/aws/aws-errors.ts';
import { notificationsIn } from '../../shared/aws/notifications.ts';
import { isLifecycleError } from '../../shared/domain/errors.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { createAccount } from '../../simulator/account.ts';
import type { Fault } from '../../simulator/faults.ts';
import { runAs } from '../../simulator/under-clients.ts';
import { lambdaContext } from '../lambda-context.ts';
import { instance, web } from '../unit/simulator/world.ts';
import { secret } from './damage.ts';
import { listening } from './shipped.ts';

const region = 'us-east-1';
const encoded = 'Zm9vYmFyLWVuY29kZWQtYXV0aG9yaXphdGlvbi1mYWlsdXJl';
const refusal = `You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/a/b is not authorized to perform: ec2:CreateImage. Encoded authorization failure message: ${encoded}`;

/** What EC2 throws at somebody who may not. */
function unauthorized(): Error {
  return Object.assign(new Error(refusal), { name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } });
}

const denied = () =>
  calling('CreateImage', async () => {
    throw unauthorized();
  });

describe('what AWS encodes of a refusal', () => {
  it('is in no error of ours, and CloudTrail is named, which has it', async () => {
    const error = await denied().catch((thrown: unknown) => thrown);
    expect(isLifecycleError(error, 'AccessDenied')).toBe(true);
    expect(String(error)).toContain(
      'ec2:CreateImage. Encoded authorization failure message: (left out; CloudTrail has it)',
    );
    expect(JSON.stringify(error)).not.toContain(encoded);
  });

  it('is in no line of the log, the cause of an error included', async () => {
    process.env.POWERTOOLS_LOG_LEVEL = 'INFO';
    const { asTask } = await import('../../shared/runtime/as-task.ts');
    const contract = { input: z.object({}), output: z.object({}), errors: [] };
    for (const thrower of [denied, () => Promise.reject(unauthorized())]) {
      const { lines, error } = await listening(async () => {
        try {
          return { output: await asTask(contract, thrower)({}, lambdaContext) };
        } catch (thrown) {
          return { error: thrown };
        }
      });
      expect(error).toBeDefined();
      expect(lines.join('')).toContain('ec2:CreateImage');
      expect(lines.join('')).not.toContain(encoded);
    }
  });

  it('is in no mail, even if a cause of Step Functions brings it there', async () => {
    const { account } = await world([]);
    await runAs(account, { functionName: 'summarise-run' }, () =>
      notificationsIn(region).publish(`arn:aws:sns:${region}:123456789012:people`, 'Failed', refusal),
    );
    expect(account.notifications.at(-1)?.message).toContain('ec2:CreateImage');
    expect(account.notifications.at(-1)?.message).not.toContain(encoded);
  });
});

const policy = namedPolicySchema.parse({
  name: 'gold',
  description: secret,
  schedule: { cron: 'rate(1 day)' },
  capture: { tags: { token: secret } },
  notify: { topicArn: `arn:aws:sns:${region}:123456789012:people` },
});

async function world(faults: Fault[]) {
  const clock = virtualClock('2026-11-21T03:00:00Z');
  const account = createAccount({ accountId: '123456789012', homeRegion: region, clock, seed: 1, faults });
  account.load({
    instances: [
      instance(web, {
        Tags: [
          { Key: 'ami-lifecycle:policy', Value: 'gold' },
          { Key: 'password', Value: secret },
          { Key: 'Name', Value: secret },
        ],
        KeyName: secret,
      }),
    ],
    volumes: [{ VolumeId: 'vol-00000000000000001', Size: 8, AvailabilityZone: 'us-east-1a', State: 'in-use' }],
  });
  const stack = await createStack({ account, clock, seed: 1, policies: [policy] });
  return { account, clock, stack };
}

describe('what people wrote on their servers, and we have no business to tell', () => {
  it.each<[says: string, faults: Fault[]]>([
    ['goes well', []],
    ['is denied its image', [{ fault: 'access-denied', operation: 'CreateImage' }]],
    ['is denied a look at its server', [{ fault: 'access-denied', operation: 'DescribeInstances' }]],
  ])('is in no mail and in no line of the log of a capture that %s', async (_says, faults) => {
    process.env.TOKEN_OF_SOMEBODY = secret;
    const { account, clock, stack } = await world(faults);
    process.env.POWERTOOLS_LOG_LEVEL = 'INFO';
    const { lines } = await listening(async () => {
      stack.capture({ policy: 'gold', scheduledAt: '2026-11-21T03:00:00Z' });
      await clock.run();
      return {};
    });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    expect(account.notifications.length).toBeGreaterThan(0);
    expect(JSON.stringify(account.notifications)).not.toContain(secret);
  });
});
