import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { contract, makeSummariseRetirement } from '../../../functions/summarise-retirement/task.ts';
import { executionId } from '../domain/examples.ts';
import { fakeMeter, fakeNotifications, fakeResults, noNotifications, within } from './fakes.ts';
import { abroad, home, retiring, stackTopic } from './retirement-examples.ts';

type Input = z.output<typeof contract.input>;
type Plan = NonNullable<Input['plan']>;

const teamTopic = 'arn:aws:sns:eu-west-1:123456789012:team';
const where = 'Every image and the reasons: s3://our-work/runs/ours/plan.json';

function aPlan(different: Partial<Plan> = {}): Plan {
  const plan = { bucket: 'our-work', key: 'runs/ours/plan.json' };
  return {
    policy: retiring(),
    plan,
    images: 9,
    kept: 5,
    holdings: [{ region: home, images: 9, gigabytes: 80, newestAgeSeconds: 3600 }],
    inUse: 2,
    failedReports: 0,
    planned: 3,
    incomplete: [],
    formerRegions: [],
    mode: 'enforce',
    excess: null,
    withheld: {},
    ...different,
  };
}

const inputOf = (imageId: string | null) =>
  JSON.stringify({ item: { region: home, imageId, archive: false, step: null, snapshotIds: [] } });

/** An item whose image came to these ends. */
const done = (imageId: string | null, outcomes: object[], kept: object[] = []) => ({
  Status: 'SUCCEEDED',
  Input: inputOf(imageId),
  Output: JSON.stringify({ outcomes, kept }),
});
const failed = (imageId: string | null, error: string, cause: string) => ({
  Status: 'FAILED',
  Input: inputOf(imageId),
  Error: error,
  Cause: cause,
});
const deregistered = (imageId: string) => done(imageId, [{ outcome: 'deregistered', reasons: ['no rule keeps it'] }]);
const shared = (imageId: string) => done(imageId, [{ outcome: 'shared', reasons: [] }]);
const denied = failed('ami-3', 'AccessDenied', JSON.stringify({ errorType: 'AccessDenied', errorMessage: 'no right' }));

interface Case {
  items?: Record<string, unknown>[] | null;
  /** What became of the Map that shares; null where it did not run. */
  shares?: Record<string, unknown>[] | null;
  plan?: Plan | null;
  failure?: Input['failure'];
  topicArn?: string;
}

async function summarise({ items = [], shares = null, plan = aPlan(), failure = null, topicArn = stackTopic }: Case) {
  const { place, objectsIn } = fakeResults(items ?? []);
  const sharing = fakeResults(shares ?? [], 'share-results');
  const notifications = fakeNotifications();
  const meter = fakeMeter();
  const task = makeSummariseRetirement({
    topicArn,
    objectsIn: (bucket) => ({
      readJson: async (key) => (await sharing.objectsIn(bucket).readJson(key)) ?? objectsIn(bucket).readJson(key),
    }),
    notifications,
    meter,
  });
  const places = { shareResults: shares ? sharing.place : null, results: items ? place : null };
  const answer = await within(contract, task)({ executionId, policyName: 'gold', plan, ...places, failure });
  const lines = notifications.told[0]?.message.split('\n') ?? [];
  return { answer, told: notifications.told, lines, measured: meter.measured };
}

describe('a run that went well', () => {
  const items = [
    deregistered('ami-1'),
    done('ami-2', [
      { outcome: 'archived', reasons: [] },
      { outcome: 'deprecated', reasons: ['no rule keeps it'] },
    ]),
    deregistered('ami-4'),
  ];
  const shares = [shared('ami-2')];

  it('is counted by what was done, and an image for all that was done with it', async () => {
    const { answer, measured } = await summarise({ items, shares });
    expect(answer).toEqual({
      images: 9,
      kept: 5,
      outcomes: { deregistered: 2, archived: 1, shared: 1, deprecated: 1 },
      failed: 0,
      failure: null,
    });
    expect(measured).toEqual([
      'Images=9 gold eu-west-1',
      'Gigabytes=80 gold eu-west-1',
      'NewestImageAge=3600 gold eu-west-1',
      'HeldByReference=2 gold',
      'Retired=2 gold',
      'Archived=1 gold',
      'EvidenceIncomplete=0 gold',
      'BlastRadiusExceeded=0 gold',
    ]);
  });

  it('is told once, with where to read the reasons', async () => {
    const { told } = await summarise({ items, shares });
    const subject = 'gold: 5 of 9 images kept, 1 archived, 1 deprecated, 2 deregistered, 1 shared, 0 failed';
    expect(told).toEqual([{ topicArn: stackTopic, subject, message: `${subject}\n${where}` }]);
  });

  it('is measured once it is told: while it cannot be told, all of this is tried again', async () => {
    const { place, objectsIn } = fakeResults(items);
    const meter = fakeMeter();
    const ports = { topicArn: stackTopic, objectsIn, notifications: noNotifications, meter };
    const input = { executionId, policyName: 'gold', plan: aPlan(), shareResults: null, results: place, failure: null };
    await expect(within(contract, makeSummariseRetirement(ports))(input)).rejects.toThrow('Throttled');
    expect(meter.measured).toEqual([]);
  });

  it('tells what was spared after all, and which snapshots stay', async () => {
    const { lines } = await summarise({
      items: [
        done('ami-1', [{ outcome: 'spared', reasons: ['held: audit', 'daily 1 of 7'] }]),
        done(
          'ami-2',
          [{ outcome: 'deregistered', reasons: [] }],
          [{ snapshotId: 'snap-1', reason: 'another image uses it' }],
        ),
        done(null, [{ outcome: 'cleared' }], [{ snapshotId: 'snap-2', reason: 'held: no reason given' }]),
      ],
    });
    expect(lines.slice(1)).toEqual([
      `ami-1 in ${home} spared: held: audit; daily 1 of 7`,
      `ami-2 in ${home} its snapshot snap-1 stays: another image uses it`,
      `snapshots without an image in ${home} its snapshot snap-2 stays: held: no reason given`,
      where,
    ]);
  });

  it('tells what of a shared image could not be shared, and of no other', async () => {
    const { lines } = await summarise({
      items: [
        done('ami-1', [{ outcome: 'shared', reasons: ['snap-1 is of others', 'snap-2 is of others'] }]),
        done('ami-2', [{ outcome: 'shared', reasons: [] }]),
      ],
    });
    expect(lines.slice(1)).toEqual([`ami-1 in ${home} shared: snap-1 is of others; snap-2 is of others`, where]);
  });

  it('tells of reports that EC2 could not make, as the next step waits for them', async () => {
    const { lines } = await summarise({
      items: [done('ami-1', [{ outcome: 'asked' }])],
      plan: aPlan({ failedReports: 1 }),
    });
    expect(lines.slice(1)).toEqual([
      'Reports on who else uses an image: 1 failed at EC2. It is asked again, and until it answers the image stays where it is.',
      where,
    ]);
  });

  it('is told where it only shared', async () => {
    const { told, answer } = await summarise({ items: null, shares });
    expect(answer).toMatchObject({ outcomes: { shared: 1 }, failed: 0, failure: null });
    expect(told.map(({ subject }) => subject)).toEqual(['gold: 5 of 9 images kept, 1 shared, 0 failed']);
  });

  it('tells nobody when nothing happened, but is measured', async () => {
    for (const nothing of [[], null]) {
      const { told, answer, measured } = await summarise({ items: nothing });
      expect(told).toEqual([]);
      expect(answer).toMatchObject({ outcomes: {}, failed: 0, failure: null });
      expect(measured).toContain('Images=9 gold eu-west-1');
    }
  });
});

describe('a run in which an image failed', () => {
  it('fails, though the others went well, and names the image, the error and its sentence', async () => {
    const { answer, told, lines } = await summarise({ items: [deregistered('ami-1'), denied] });
    const Cause = `1 failed, the first: ami-3 in ${home} AccessDenied: no right`;
    expect(answer).toMatchObject({
      outcomes: { deregistered: 1 },
      failed: 1,
      failure: { Error: 'RetirementFailed', Cause },
    });
    expect(told[0]?.subject).toBe('gold: RetirementFailed');
    expect(lines).toEqual([
      'gold: 5 of 9 images kept, 1 deregistered, 1 failed',
      `RetirementFailed: ${Cause}`,
      `ami-3 in ${home} AccessDenied: no right`,
      where,
    ]);
  });

  it('fails though only its sharing did, which is told before all else', async () => {
    const refused = failed('ami-1', 'ShareRefused', 'It is public.');
    const alone = await summarise({ items: null, shares: [refused, shared('ami-2')] });
    const Cause = `1 failed, the first: ami-1 in ${home} ShareRefused: It is public.`;
    expect(alone.answer).toMatchObject({ outcomes: { shared: 1 }, failure: { Error: 'RetirementFailed', Cause } });
    const both = await summarise({ items: [denied, deregistered('ami-4')], shares: [refused] });
    expect(both.answer).toMatchObject({ outcomes: { deregistered: 1 }, failed: 2 });
    expect(both.lines.slice(2, 4)).toEqual([
      `ami-1 in ${home} ShareRefused: It is public.`,
      `ami-3 in ${home} AccessDenied: no right`,
    ]);
  });

  it('says that evidence was missing where that is why, and counts that as what the plan lacks', async () => {
    const unknown = failed('ami-5', 'EvidenceIncomplete', 'who uses it?');
    const { answer, measured } = await summarise({ items: [denied, unknown] });
    expect(answer).toMatchObject({ failed: 2, failure: { Error: 'EvidenceIncomplete' } });
    expect(measured).toContain('EvidenceIncomplete=1 gold');
    const plan = aPlan({ incomplete: [{ region: abroad, reason: 'DescribeImages: no right' }] });
    const both = await summarise({ plan, items: [denied, unknown, failed('ami-6', 'EvidenceIncomplete', 'who?')] });
    expect(both.measured).toContain('EvidenceIncomplete=3 gold');
  });

  it('tells failures before all else, at most twenty one by one, and of none more than fits', async () => {
    const items = [
      done('ami-1', [{ outcome: 'spared', reasons: ['held'] }]),
      ...Array.from({ length: 25 }, (_, index) => failed(`ami-${index + 2}`, 'AccessDenied', 'x'.repeat(900))),
    ];
    const { lines } = await summarise({ items });
    expect(lines.slice(2, -2).map((line) => line.length)).toEqual(Array.from({ length: 20 }, () => 500));
    expect(lines.at(-2)).toBe('and 6 more');
    expect(lines.join('\n')).not.toContain('spared: ');
  });

  it('counts what never ran as failed, even where AWS says neither what nor why', async () => {
    const { answer, lines } = await summarise({ items: [{ Status: 'ABORTED' }, { Status: 'PENDING' }] });
    expect(answer).toMatchObject({ failed: 2, failure: { Error: 'RetirementFailed' } });
    expect(lines).toContain('an unknown image ABORTED: ');
  });
});

describe('a run that was held back', () => {
  const excess = '60 images would take a step, and 50 may: that needs a maxPerRun of 60';
  const incomplete = [
    { region: abroad, reason: 'DescribeImages: no right' },
    { region: home, reason: 'DescribeStoreImageTasks: no right' },
  ];

  it('by its caps fails, and says how to let it through', async () => {
    const { answer, told, measured } = await summarise({ plan: aPlan({ excess }), items: null });
    expect(answer.failure?.Error).toBe('BlastRadiusExceeded');
    expect(answer.failure?.Cause).toBe(
      `${excess}. Nothing was retired. The plan is s3://our-work/runs/ours/plan.json; if it is what you want, raise the caps of the policy 'gold' for one run.`,
    );
    expect(told[0]?.subject).toBe('gold: BlastRadiusExceeded');
    expect(told[0]?.message).toContain(excess);
    expect(measured).toContain('BlastRadiusExceeded=1 gold');
  });

  it('as it only reports says what it would have done, what it would be refused, and how to have it done', async () => {
    const withheld = { deregister: 2, archive: 1 };
    const report = aPlan({ mode: 'report', planned: 0, withheld });

    const { answer, told, measured } = await summarise({ plan: report, items: null });
    expect(answer.failure).toBeNull();
    expect(told.map(({ subject }) => subject)).toEqual([
      'gold: 5 of 9 images kept, would archive 1, would deregister 2, 0 failed',
    ]);
    expect(told[0]?.message).toContain("set retire.mode of the policy 'gold' to enforce");
    expect(told[0]?.message).not.toContain('refuse');
    expect(measured).toContain('BlastRadiusExceeded=0 gold');

    const exceeding = await summarise({ plan: { ...report, excess }, items: null });
    expect(exceeding.answer.failure).toBeNull();
    expect(exceeding.told[0]?.message).toContain(`it would refuse: ${excess}.`);
  });

  it('but has nothing to hold back says nothing', async () => {
    expect((await summarise({ plan: aPlan({ mode: 'report' }), items: null })).told).toEqual([]);
  });

  it('in some Regions fails, and names each with the reason, though the others went on', async () => {
    const { answer, measured } = await summarise({ plan: aPlan({ incomplete }), items: [deregistered('ami-1')] });
    expect(answer).toMatchObject({
      outcomes: { deregistered: 1 },
      failure: {
        Error: 'EvidenceIncomplete',
        Cause: `Nothing was retired in ${abroad}: DescribeImages: no right Nothing was retired in ${home}: DescribeStoreImageTasks: no right`,
      },
    });
    expect(measured).toContain('EvidenceIncomplete=2 gold');
  });

  it('fails with what ended it as a whole first, then the caps, then missing evidence, then what failed', async () => {
    const failure = { Error: 'States.Timeout', Cause: 'too late' };
    const all = { plan: aPlan({ excess, incomplete }), items: [denied] };
    expect((await summarise({ ...all, failure })).answer.failure).toEqual(failure);
    expect((await summarise(all)).answer.failure?.Error).toBe('BlastRadiusExceeded');
    const rest = await summarise({ ...all, plan: aPlan({ incomplete }) });
    expect(rest.answer.failure?.Error).toBe('EvidenceIncomplete');
    expect(rest.lines).toContain(`ami-3 in ${home} AccessDenied: no right`);
  });
});

describe('a run of a policy that no longer copies to a Region', () => {
  it('tells how many images are left there, though nothing else happened, and does not fail for it', async () => {
    const left = aPlan({ formerRegions: [{ region: abroad, images: 7, reason: null }] });
    const { answer, told, lines } = await summarise({ plan: left, items: null });
    expect(answer.failure).toBeNull();
    expect(told.map(({ subject }) => subject)).toEqual(['gold: 5 of 9 images kept, 0 failed']);
    expect(lines[1]).toMatch(`Images left in ${abroad}, to which the policy no longer copies: 7. `);
  });

  it('says that it does not know of them where that is denied, why, and how to have it said no more', async () => {
    const silent = aPlan({ formerRegions: [{ region: abroad, images: null, reason: 'DescribeImages: no right' }] });
    const { answer, lines } = await summarise({ plan: silent, items: null });
    expect(answer.failure).toBeNull();
    expect(lines[1]).toContain(`Whether images are left in ${abroad}`);
    expect(lines[1]).toContain('is not known: DescribeImages: no right.');
    expect(lines[1]).toContain('s3://our-work/regions/gold.json');
  });
});

describe('a run that ended as a whole', () => {
  it('before there was a plan fails with the error that ended it, and says so', async () => {
    const failure = { Error: 'PolicyNotFound', Cause: "No policy is called 'gold'." };
    const { answer, told, measured } = await summarise({ plan: null, items: null, failure });
    expect(answer).toEqual({ images: 0, kept: 0, outcomes: {}, failed: 0, failure });
    const message = `gold: no plan\nPolicyNotFound: ${failure.Cause}`;
    expect(told).toEqual([{ topicArn: stackTopic, subject: 'gold: PolicyNotFound', message }]);
    expect(measured.join()).not.toContain('Images=');
  });

  it('fails though AWS gives no reason', async () => {
    const { answer } = await summarise({ plan: null, items: null, failure: {} });
    expect(answer.failure).toEqual({ Error: 'Unknown', Cause: 'The run ended without a cause.' });
  });
});

describe('people are told', () => {
  const items = [deregistered('ami-1')];

  it("by the policy's topic instead of the stack's", async () => {
    const policy = retiring({ notify: { topicArn: teamTopic } });
    const { told } = await summarise({ items, plan: aPlan({ policy }) });
    expect(told.map(({ topicArn }) => topicArn)).toEqual([teamTopic]);
  });

  it('nowhere where there is no topic at all', async () => {
    expect((await summarise({ items, topicArn: '' })).told).toEqual([]);
  });
});

it('results that are not what the workflow writes are an error, not a good run', async () => {
  const lost = { Status: 'SUCCEEDED', Input: inputOf('ami-1'), Output: '{"outcome":"lost"}' };
  await expect(summarise({ items: [lost] })).rejects.toThrow();
  await expect(summarise({ items: [{ ...lost, Input: '{"item":{}}' }] })).rejects.toThrow();
});
