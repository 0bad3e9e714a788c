import { describe, expect, it } from 'vitest';
import { home, server } from '../../explore/servers.ts';
import {
  changes,
  daysLater,
  hang,
  impatient,
  lineOf,
  nightsUntil,
  type Retirement,
  retire,
  retireDaily,
  rungs,
  sharedWith,
} from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const web = server('web');
const partner = '123456789012';
const standing = { '1120': 'available', '1121': 'available' };
const share = { accounts: [partner] };
const waits = 'waits for the report on who else uses it';

/** Three nights of which two are wanted; others may launch from that of the 19th, as somebody shared it by hand. */
async function sharedNights(retiring: Readonly<Record<string, unknown>> = {}, more: Partial<Beginning> = {}) {
  const story = await given({ at: noon, policies: [impatient({}, retiring)], servers: [web], ...more });
  const [imageId = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
  const LaunchPermission = { Add: [{ UserId: partner }] };
  story.account.call('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission });
  return { story, imageId };
}

function useElsewhere({ account }: Story, imageId: string): void {
  account.region(home).foreignUse.push({ imageId, accountId: partner, resourceType: 'ec2:Instance', count: 3 });
}

function useNoMore({ account }: Story): void {
  account.region(home).foreignUse = [];
}

/** What the plans said of an image, run by run. */
function said(runs: readonly Retirement[], imageId: string): [actions: string, reason: string][] {
  return runs.map((run) => {
    const { actions, reasons } = lineOf(run, imageId);
    return [actions.join(' '), reasons.at(-1) ?? ''];
  });
}

const reportsOf = (story: Story): number => story.calls('CreateImageUsageReport').length;

describe('An image that another account uses', () => {
  const used = `in use by 3 ec2:Instance of account ${partner}`;

  it.each([[['disable', 'deregister']], [['deregister']], [['disable']]])(
    'is never taken from it by a policy that begins with %j',
    async (steps) => {
      const { story, imageId } = await sharedNights({ steps });
      useElsewhere(story, imageId);

      const runs = await retireDaily(story, 40);

      expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
      expect(sharedWith(story, imageId)).toEqual([partner]);
      expect(changes(story).filter((change) => change !== 'CreateImageUsageReport')).toEqual([]);
      expect(new Set(said(runs.slice(1, 29), imageId).map(([, reason]) => reason))).toEqual(new Set([used]));
    },
  );

  it('is never taken from it, though it is seen only when the image is deprecated already', async () => {
    const { story, imageId } = await sharedNights({ graceDays: 7 });
    await retireDaily(story, 4);
    useElsewhere(story, imageId);
    await daysLater(story, 1);

    const runs = await retireDaily(story, 6);

    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(said(runs, imageId)).toContainEqual(['reinstate', used]);
  });

  it('comes back with its permissions where that is seen only when it is disabled, and goes when it is free', async () => {
    const { story, imageId } = await sharedNights({ steps: ['disable', 'deregister'], graceDays: 5 });
    await retireDaily(story, 2);
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
    useElsewhere(story, imageId);
    await daysLater(story, 1);

    const seen = await retireDaily(story, 6);
    expect(said(seen, imageId)).toContainEqual(['reinstate', used]);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(sharedWith(story, imageId)).toEqual([partner]);
    const asked = reportsOf(story);
    useNoMore(story);
    await daysLater(story, 1);
    await retireDaily(story, 40);

    expect(reportsOf(story)).toBeGreaterThan(asked);
    expect(rungs(story)).toEqual(standing);
  });
});

describe('An image that others may use', () => {
  it('goes without losing a day where the report is there in time', async () => {
    const { story } = await sharedNights();
    await retireDaily(story, 3);
    expect(rungs(story)).toEqual(standing);
  });

  it('waits for a report that takes its time, and is asked after once', async () => {
    const { story, imageId } = await sharedNights(
      { steps: ['disable', 'deregister'] },
      { behaviour: { usageReportMinutes: () => 70 * 60 } },
    );

    const runs = await retireDaily(story, 4);

    expect(said(runs, imageId)).toEqual([
      ['disable', 'no longer wanted'],
      ['', expect.stringContaining(`${waits}, asked for on 2026-11-21`)],
      ['', expect.stringContaining(`${waits}, asked for on 2026-11-21`)],
      ['disable', 'no longer wanted'],
    ]);
    expect(runs[0]?.status).toBe('SUCCEEDED');
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
    expect(reportsOf(story)).toBe(1);
  });

  it('is asked after anew at the next run where the report failed', async () => {
    const { story, imageId } = await sharedNights(
      { steps: ['disable', 'deregister'] },
      { faults: [{ fault: 'usage-report-fails', nth: 1 }] },
    );

    const runs = await retireDaily(story, 3);

    expect(said(runs, imageId)).toEqual([
      ['disable', 'no longer wanted'],
      ['ask-for-report', expect.stringMatching(/that of .* failed$/)],
      ['disable', 'no longer wanted'],
    ]);
    expect(runs[1]?.told).toContain('1 failed at EC2. It is asked again');
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
  });

  it('never goes while reports fail', async () => {
    const { story } = await sharedNights({}, { faults: [{ fault: 'usage-report-fails' }] });
    await retireDaily(story, 20);
    expect(rungs(story)).toEqual({ '1119': 'deprecated', ...standing });
  });

  it('is asked after again where its grace is longer than a report lasts', async () => {
    const { story, imageId } = await sharedNights({ graceDays: 40 });

    const runs = await retireDaily(story, 43);

    expect(said(runs.slice(38), imageId).map(([actions]) => actions)).toEqual(['', '', 'disable', 'disable', '']);
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
    expect(reportsOf(story)).toBe(2);
    await daysLater(story, 1);
    await retireDaily(story, 40);
    expect(rungs(story)).toEqual(standing);
  });

  it('is asked after in time where we shared it ourselves, however long its grace is', async () => {
    const story = await given({ at: noon, policies: [impatient({ share }, { graceDays: 40 })], servers: [web] });
    const [imageId = ''] = hang(story, web, nightsUntil('2026-11-21', 3));

    const runs = await retireDaily(story, 42);

    expect(said(runs.slice(38), imageId).map(([actions]) => actions)).toEqual(['ask-for-report', '', 'disable', '']);
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
  });

  it('is not counted by the caps while nothing is taken', async () => {
    const retiring = { steps: ['disable', 'deregister'], maxPerRun: 1 };
    const story = await given({ at: noon, policies: [impatient({ share }, retiring)], servers: [web] });
    story.stack.publish(impatient({ share, retain: { last: 9 } }, retiring));
    const imageIds = hang(story, web, nightsUntil('2026-11-21', 5));
    await retire(story);
    story.stack.publish(impatient({ share }, retiring));
    await daysLater(story, 1);

    const { status, plan } = await retire(story);

    expect({ status, excess: plan?.excess }).toEqual({ status: 'SUCCEEDED', excess: null });
    expect(imageIds.map((id) => sharedWith(story, id))).toEqual(imageIds.map(() => [partner]));
    expect(reportsOf(story)).toBe(3);
  });

  it('is not asked after by a run that only reports', async () => {
    const { story } = await sharedNights({ steps: ['disable', 'deregister'] });
    await retire(story, 'report');
    expect(changes(story)).toEqual([]);
  });
});

it('An image that is shared with nobody goes without a report', async () => {
  const story = await given({
    at: noon,
    policies: [impatient({}, { steps: ['disable', 'deregister'] })],
    servers: [web],
  });
  hang(story, web, nightsUntil('2026-11-21', 3));
  await retireDaily(story, 2);
  expect(rungs(story)).toEqual(standing);
  expect(reportsOf(story)).toBe(0);
});
