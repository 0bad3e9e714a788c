import { expect, it } from 'vitest';
import { countsOf, itemOutcome, planOf } from '../../../cli/simulation/retirements.ts';
import { readRunFiles } from '../../../cli/simulation/run-files.ts';
import { virtualClock } from '../../../engine/clock.ts';
import { createAccount } from '../../../simulator/account.ts';

const region = 'eu-west-1';

/** A work bucket with what runs left in it. */
function bucketWith(files: Readonly<Record<string, unknown>>) {
  const clock = virtualClock('2026-11-21T12:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: region, clock, seed: 1 });
  const bucket = account.createBucket('work');
  for (const [Key, content] of Object.entries(files)) {
    account.call('s3', 'PutObject', { Bucket: 'work', Key, Body: JSON.stringify(content) });
  }
  return bucket;
}

function resultOf(imageId: string, outcome: string) {
  return {
    Status: 'SUCCEEDED',
    Input: JSON.stringify({ item: { region, imageId } }),
    Output: JSON.stringify({ outcomes: [{ outcome }] }),
    StopDate: '2026-11-21T12:00:05Z',
  };
}

const files = Object.fromEntries(
  [
    ['share-results', resultOf('ami-1', 'shared')] as const,
    ['results', resultOf('ami-2', 'deprecated')] as const,
  ].flatMap(([directory, result]) => {
    const Key = `runs/ours/${directory}/SUCCEEDED_0.json`;
    return [
      [`runs/ours/${directory}/manifest.json`, { ResultFiles: { SUCCEEDED: [{ Key }], FAILED: [] } }],
      [Key, [result]],
    ];
  }),
);

it('the results of a run are those of all its Maps', () => {
  const { results } = readRunFiles(bucketWith(files), 'ours', false);
  const outcomes = results.map(itemOutcome);
  expect(outcomes.map(({ imageId }) => imageId)).toEqual(['ami-1', 'ami-2']);
  expect(countsOf(undefined, outcomes)).toMatchObject({ outcomes: { shared: 1, deprecated: 1 }, failures: [] });
});

it('a run leaves nothing where its files are taken away, and others keep theirs', () => {
  const other = 'runs/theirs/plan.json';
  const bucket = bucketWith({ ...files, [other]: {} });
  readRunFiles(bucket, 'ours', true);
  expect([...bucket.objects.keys()]).toEqual([other]);
});

it('a run without a Map has no results, and one that ended early has no plan', () => {
  const found = readRunFiles(bucketWith({}), 'ours', false);
  expect(found.results).toEqual([]);
  expect(planOf(found)).toBeUndefined();
});
