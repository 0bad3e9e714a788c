import { expect, it } from 'vitest';
import { virtualClock } from '../../../engine/clock.ts';
import { underEveryClient } from '../../../shared/aws/clients.ts';
import { retirementIn } from '../../../shared/aws/retirement.ts';
import { createAccount } from '../../../simulator/account.ts';
import { putUnder, runAs } from '../../../simulator/under-clients.ts';

underEveryClient(putUnder);

const imageId = 'ami-0123456789abcdef0';
const region = 'eu-west-1';

/** What becomes of reports that are asked for at these instants, one after the other. */
async function asked(images: readonly string[], ...instants: string[]): Promise<string[]> {
  const clock = virtualClock('2026-11-21T12:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: region, clock, seed: 1 });
  account.load({ instances: [], images: images.map((ImageId) => ({ ImageId, Name: ImageId, State: 'available' })) });
  const ask = async (at: string): Promise<string> => {
    try {
      return (await retirementIn(region).requestUsageReport(imageId, at)) ? 'asked' : 'no room';
    } catch (error) {
      return error instanceof Error ? error.name : '';
    }
  };
  const ends: string[] = [];
  for (const at of instants) {
    ends.push((await runAs(account, { functionName: 'retire-image' }, () => ask(at))).value);
  }
  return ends;
}

it('A usage report on an image that is gone, though it was shown, is asked for after another look', async () => {
  expect(await asked([], '2026-11-21T12:00:00Z')).toEqual(['AwsUnavailable']);
});

it('A usage report is for the next run to ask for where EC2 has another one under way', async () => {
  const [at, later] = ['2026-11-21T12:00:00Z', '2026-11-21T12:05:00Z'];
  expect(await asked([imageId], at, at, later)).toEqual(['asked', 'asked', 'no room']);
});
