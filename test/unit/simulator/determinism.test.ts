import {
  CreateImageCommand,
  DescribeImagesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { defaultBehaviour } from '../../../simulator/behaviour.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { instance, world } from './world.ts';

const ids = ['i-00000000000000001', 'i-00000000000000002', 'i-00000000000000003'];

/** All that can be seen of a day's work on three instances, under faults and the default behaviour. */
async function historyUnder(seed: string): Promise<string> {
  const { as, ec2, account, events, wait } = world({
    seed,
    contents: { instances: ids.map((id) => instance(id)) },
    behaviour: defaultBehaviour,
    faults: [
      { fault: 'throttled', probability: 0.2 },
      { fault: 'reply-lost', probability: 0.1 },
      { fault: 'duplicate-event', probability: 0.2 },
      { fault: 'image-fails', probability: 0.3 },
    ],
  });
  const outcomes: unknown[] = [];
  account.onCall((call) => outcomes.push([call.atMs, call.operation, call.errorCode, call.output]));
  for (let round = 0; round < 6; round++) {
    const each = ids.map((id) =>
      as('f', async () => {
        await ec2.send(new StopInstancesCommand({ InstanceIds: [id] })).catch(() => undefined);
        const image = { InstanceId: id, Name: `${id}/${round}`, NoReboot: true };
        await ec2.send(new CreateImageCommand(image)).catch(() => undefined);
      }),
    );
    await Promise.all(each);
    await wait(300);
    await as('f', () => ec2.send(new StartInstancesCommand({ InstanceIds: ids })).catch(() => undefined));
    await wait(3600);
    await as('f', () =>
      ec2.send(new DescribeImagesCommand({ Owners: ['self'], MaxResults: 5 })).catch(() => undefined),
    );
  }
  return JSON.stringify([events, outcomes, account.calls, account.snapshotStorage(), account.recentHistory()]);
}

test('the same seed gives the same history, byte for byte', async () => {
  expect(await historyUnder('one')).toBe(await historyUnder('one'));
});

test('another seed gives another history', async () => {
  expect(await historyUnder('one')).not.toBe(await historyUnder('two'));
});

test('a draw for one purpose never shifts the draws for another', () => {
  const [left, right] = [seededRandom('seed'), seededRandom('seed')];
  left.running('new purpose').fraction();
  expect(left.running('latency').fraction()).toBe(right.running('latency').fraction());
  expect(left.stream('image', 'ami-1').fraction()).toBe(right.stream('image', 'ami-1').fraction());
  expect(left.stream('image', 'ami-1').fraction()).not.toBe(left.stream('image', 'ami-2').fraction());
});

test('identifiers are seventeen hexadecimal digits and never the same twice', () => {
  const random = seededRandom(1);
  const made = new Set(Array.from({ length: 50_000 }, (_, index) => random.hexadecimal(16, 'id', 'ami', index)));
  expect(made.size).toBe(50_000);
  expect([...made].every((digits) => /^[0-9a-f]{16}$/.test(digits))).toBe(true);
});
