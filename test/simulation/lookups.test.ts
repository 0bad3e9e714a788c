import { describe, expect, it } from 'vitest';
import { home } from '../../explore/servers.ts';
import { usesIn } from '../../shared/aws/uses.ts';
import { changes, daysLater, hang, impatient, nightsUntil, retire, retireDaily, rungs } from './retiring.ts';
import { noon, threeNights, web } from './using.ts';

it('Before acting, EC2 is asked for the store tasks of the one image; of many, for all that are under way', async () => {
  const { story } = await threeNights();
  hang(story, web, nightsUntil('2026-11-18', 30));

  await retire(story);

  const [first, ...others] = story.calls('DescribeStoreImageTasks').map(({ input }) => input);
  expect(first).toMatchObject({ Filters: [{ Name: 'task-state', Values: ['InProgress'] }] });
  expect(others).toEqual(Array.from({ length: 31 }, () => ({ ImageIds: [expect.any(String)] })));
});

const lookups = [
  'DescribeImages',
  'DescribeInstances',
  'DescribeSnapshots',
  'DescribeImageReferences',
  'DescribeLaunchTemplateVersions',
  'DescribeStoreImageTasks',
  'DescribeImageUsageReports',
  'DescribeImageUsageReportEntries',
  'DescribeLaunchConfigurations',
  'DescribeAutoScalingGroups',
  'DescribeFleets',
  'DescribeSpotFleetRequests',
  'DescribeSpotInstanceRequests',
];

describe.each(lookups)('A lookup that is denied, %s,', (operation) => {
  it('is not taken for "unused": nothing is touched, and people are told', async () => {
    const retain = { daily: 2, afterTermination: '90d' };
    const { story } = await threeNights({
      policies: [impatient({ retain })],
      faults: [{ fault: 'access-denied', operation }],
    });

    const { status, error, told } = await retire(story);

    expect(story.calls(operation)).not.toEqual([]);
    expect(status).toBe('FAILED');
    expect(error).toBe('EvidenceIncomplete');
    expect(told).toContain('gold: EvidenceIncomplete');
    expect(told).toContain(`Nothing was retired in ${home}`);
    expect(told).toContain(operation);
    expect(changes(story)).toEqual([]);
  });
});

describe.each(lookups.filter((each) => !['DescribeSnapshots', 'DescribeInstances'].includes(each)))(
  'A lookup that is denied only to the one that acts, %s,',
  (operation) => {
    it.each([0, 1, 2])('leaves the image where it is, after %i steps, and people are told', async (steps) => {
      const { story, imageId } = await threeNights();
      await retireDaily(story, steps);
      await daysLater(story, steps > 0 ? 1 : 0);
      const before = rungs(story);
      const done = changes(story).length;
      story.account.faults.add({ fault: 'access-denied', operation, function: 'retire-image' });

      const { status, error, told } = await retire(story);

      expect(rungs(story)).toEqual(before);
      expect(changes(story).slice(done)).toEqual([]);
      expect(status).toBe('FAILED');
      expect(['EvidenceIncomplete', 'RetirementFailed']).toContain(error);
      expect(told).toContain(imageId);
      expect(told).toContain(operation);
    });
  },
);

it('A mistake of ours is not taken for something that AWS did not tell', async () => {
  await threeNights();
  const lost = usesIn(home).of([{ imageId: 'ami-0123456789abcdef0', snapshotIds: [] }], { launchTemplateVersions: 1 });
  await expect(lost).rejects.toMatchObject({ name: 'Error', message: expect.stringContaining('outside of runAs') });
});

describe('A lookup that is throttled for minutes', () => {
  it('is waited for, and the image goes its way', async () => {
    const { story } = await threeNights({
      faults: [{ fault: 'throttled', operation: 'DescribeImageReferences', between: [0, Date.parse(noon) + 120_000] }],
    });

    const { status } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
  });
});
