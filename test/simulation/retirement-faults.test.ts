import { describe, expect, it } from 'vitest';
import { folderOf, readWorkflow } from '../../cli/simulation/workflows.ts';
import { database, home } from '../../explore/servers.ts';
import type { Fault } from '../../simulator/faults.ts';
import { hang, impatient, nightsUntil, type Retirement, retire, rungs, sharedWith } from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

const firstNoon = Date.parse('2026-11-21T12:00:00Z');
const dayMs = 86_400_000;
const partner = '123456789012';
const db = database();

interface Life {
  story: Story;
  runs: Retirement[];
  /** Whether a Lambda was killed in one of these runs. */
  wasKilled: boolean;
}

interface Trouble {
  faults?: readonly Fault[];
  /** Further faults on one of the days, from 0. */
  daily?: readonly Fault[];
  onDay?: number;
  mayBreak?: NonNullable<Beginning['mayBreak']>;
}

/**
 * Five nights of which two are wanted, in two weeks. On the first three are deprecated and all are shared, on the second
 * three are disabled, on the third one of them is wanted again and two go, of whose snapshots EC2 leaves one. On the
 * fourth nothing is amiss any more.
 */
async function life(trouble: Trouble): Promise<Life> {
  const story = await given({
    at: '2026-11-21T12:00:00Z',
    policies: [impatient({ share: { accounts: [partner] } })],
    servers: [db],
    faults: [{ fault: 'snapshot-deletion-fails', nth: 1 }, ...(trouble.faults ?? [])],
    mayBreak: trouble.mayBreak ?? [],
  });
  const { account, clock } = story;
  const [, wanted = ''] = hang(story, db, nightsUntil('2026-11-21', 5));
  account.call('ec2', 'ModifyImageAttribute', { ImageId: wanted, LaunchPermission: { Add: [{ UserId: partner }] } });
  const runs: Retirement[] = [];
  let wasKilled = false;
  // What a day leaves behind is noted when it is a week old, and has a week of grace then.
  for (const day of [0, 1, 2, 3, 4, 5, 14]) {
    // EC2 may show what is this new only to the next run.
    await clock.run(firstNoon + day * dayMs - 600_000);
    if (day === 2) {
      account.call('ec2', 'CreateLaunchTemplate', {
        LaunchTemplateName: 'rollback',
        LaunchTemplateData: { ImageId: wanted },
      });
    }
    if (day === 3) account.faults.clear();
    await clock.run(firstNoon + day * dayMs);
    const today = day === trouble.onDay ? (trouble.daily ?? []) : [];
    const endings = today.map((fault) => account.faults.add(fault));
    runs.push(await retire(story));
    for (const end of endings) end();
    wasKilled ||= sawKill(story);
  }
  return { story, runs, wasKilled };
}

function sawKill({ stack: { engine } }: Story): boolean {
  return engine
    .listExecutions()
    .some(({ executionArn }) => JSON.stringify(engine.getExecutionHistory(executionArn)).includes('Runtime.ExitError'));
}

/** No image that is wanted is lost or unusable, and of those that are not, nothing is left. */
function expectGoodEnd({ story, runs }: Life): void {
  expect(runs.at(-1)).toMatchObject({ status: 'SUCCEEDED', error: '' });
  expect(rungs(story)).toEqual({ '1118': 'available', '1120': 'available', '1121': 'available' });
  for (const { id, snapshots } of story.images()) {
    expect(sharedWith(story, id)).toEqual([partner]);
    expect(snapshots.map((snapshot) => snapshot.sharedWith)).toEqual([[partner], [partner], [partner]]);
  }
  expect(story.account.region(home).snapshots.size).toBe(9);
}

const functions = readWorkflow('retire-images').functionKeys.map(folderOf);
const days = [0, 1, 2];
/** What has nothing to do on a day cannot be killed on it. */
const isIdle = (name: string, day: number): boolean =>
  (name === 'share-image' && day !== 0) || (name === 'delete-snapshots' && day !== 2);
const occasions = functions.flatMap((name) =>
  days.filter((day) => !isIdle(name, day)).map((day) => [name, day] as const),
);

describe('A run without any trouble', () => {
  it('comes to the end that all the others must come to', async () => {
    const calm = await life({});
    expectGoodEnd(calm);
    expect(calm.wasKilled).toBe(false);
  });
});

describe.each(occasions)('A Lambda that is killed, %s on day %i,', (name, onDay) => {
  it.each(['killed-before', 'killed-after'] as const)(
    'is called again, and no image is lost and no snapshot left (%s its work)',
    async (fault) => {
      const killed = await life({ onDay, daily: [{ fault, function: name, nth: 1 }] });

      expect(killed.wasKilled).toBe(true);
      expect(killed.runs.map(({ status }) => status)).toEqual(killed.runs.map(() => 'SUCCEEDED'));
      expectGoodEnd(killed);
    },
  );

  it.each(['killed-before', 'killed-after'] as const)(
    'the whole day long fails the run, and the days that follow mend it (%s its work)',
    async (fault) => {
      // A snapshot has nobody to delete it that day.
      const killed = await life({ onDay, daily: [{ fault, function: name }], mayBreak: [8] });

      expect(killed.runs[onDay]?.status).toBe('FAILED');
      expectGoodEnd(killed);
    },
  );
});

const changes = [
  'EnableImageDeprecation',
  'CreateImageUsageReport',
  'DisableImage',
  'EnableImage',
  'DisableImageDeprecation',
  'DeregisterImage',
  'DeleteSnapshot',
  'CreateTags',
  'DeleteTags',
  'ModifyImageAttribute',
  'ModifySnapshotAttribute',
  'PutObject',
  'DeleteObject',
  'Publish',
];

describe.each(changes)('A reply to %s that is lost', (operation) => {
  it.each([1, 2, 4])('%i times does no harm: what was done is found and built on', async (times) => {
    const lost = Array.from(
      { length: times },
      (_, index): Fault => ({ fault: 'reply-lost', operation, nth: index + 1 }),
    );

    const patient = await life({ faults: lost });

    expect(patient.story.accepted(operation)).not.toEqual([]);
    expectGoodEnd(patient);
  });
});

const troubles: [what: string, faults: Fault[]][] = [
  ['throttling', [{ fault: 'throttled', probability: 0.3 }]],
  ['replies that are lost', [{ fault: 'reply-lost', probability: 0.15 }]],
  ['reads that are now new, now old', [{ fault: 'stale-read', seconds: 30, probability: 0.5 }]],
  [
    'all of this at once',
    [
      { fault: 'throttled', probability: 0.1 },
      { fault: 'unavailable', probability: 0.1 },
      { fault: 'timed-out', probability: 0.03 },
      { fault: 'reply-lost', probability: 0.03 },
      { fault: 'stale-read', probability: 0.3 },
      { fault: 'killed-after', probability: 0.05 },
    ],
  ],
];

describe.each(troubles)('Throughout %s', (_, faults) => {
  it('everything comes to the same end', async () => {
    expectGoodEnd(await life({ faults }));
  });
});
