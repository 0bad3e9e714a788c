import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import type { Judgement } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import { decide, type PlanStep } from '../../../shared/domain/plan.ts';
import type { Step } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { mayBeShared, type UsageReport } from '../../../shared/domain/usage-report.ts';
import { after, anImage, aPolicy, beginning as now } from './examples.ts';

const day = 86_400;

function report(state: UsageReport['state'], daysAgo: number): UsageReport {
  return { state, createdAt: after(-daysAgo * day) };
}

/** An image that nothing keeps, on a rung since so many days. */
function candidate(step: Step | undefined, daysAgo = 0): Judgement {
  const since = after(-daysAgo * day);
  const rung: Partial<Image> =
    step === undefined
      ? {}
      : {
          ...(step === 'disable' ? { state: 'disabled' } : { deprecatesAt: since }),
          tags: rungTags({}, { step, since }),
        };
  return {
    image: anImage(rung),
    keeps: [],
    because: 'no rule keeps it',
    isArchiveDue: false,
    archive: false,
    waits: undefined,
    noteSourceGone: false,
  };
}

function become(judgement: Judgement, about: UsageReport | undefined, retire: object = {}, uses: string[] = []) {
  const policy = aPolicy({ retain: { last: 3 }, retire });
  const { step, verdict, reasons } = decide(
    judgement,
    { uses, silentRegions: [], isShared: true, report: about },
    policy,
    now,
  );
  return { step, verdict, reason: reasons.at(-1) };
}

const waits = 'waits for the report on who else uses it';

describe('an image that others may use', () => {
  it.each<[says: string, judgement: Judgement, about: UsageReport | undefined, step: PlanStep | null, reason: string]>([
    ['is hidden from them before', candidate(undefined), undefined, 'deprecate', 'no longer wanted'],
    ['is asked after two days before', candidate('deprecate', 5), undefined, 'ask-for-report', '7 days of grace'],
    ['is asked after anew', candidate('deprecate', 5), report('available', 5), 'ask-for-report', '7 days of grace'],
    ['is not asked after earlier', candidate('deprecate', 4), undefined, null, '7 days of grace'],
    ['is not asked after twice', candidate('deprecate', 6), report('pending', 1), null, '7 days of grace'],
    [
      'is asked after twice where that failed',
      candidate('deprecate', 6),
      report('error', 1),
      'ask-for-report',
      'grace',
    ],
    [
      'is disabled when nobody uses it',
      candidate('deprecate', 7),
      report('available', 2),
      'disable',
      'deprecated since',
    ],
    ['goes when nobody uses it', candidate('disable', 7), report('available', 2), 'deregister', 'disabled since'],
    ['waits where nobody asked', candidate('disable', 7), undefined, 'ask-for-report', waits],
    [
      'waits for the answer',
      candidate('disable', 9),
      report('pending', 2),
      null,
      `${waits}, asked for on ${after(-2 * day)}`,
    ],
    [
      'waits where that failed',
      candidate('disable', 7),
      report('error', 1),
      'ask-for-report',
      `that of ${after(-day)} failed`,
    ],
    ['waits where that is old', candidate('disable', 7), report('available', 6), 'ask-for-report', waits],
    ['goes a fortnight after', candidate('disable', 40), report('available', 15), 'deregister', 'disabled since'],
    ['waits for a newer one later', candidate('disable', 40), report('available', 16), 'ask-for-report', waits],
  ])('%s', (_says, judgement, about, step, reason) => {
    expect(become(judgement, about)).toEqual({ step, verdict: 'retire', reason: expect.stringContaining(reason) });
  });

  it.each<Step>(['disable', 'deregister'])('is asked after first where the first step is to %s', (step) => {
    const retire = { steps: [step] };
    expect(become(candidate(undefined), undefined, retire)).toMatchObject({ step: 'ask-for-report', reason: waits });
    expect(become(candidate(undefined), report('pending', 0), retire)).toMatchObject({ step: null });
    expect(become(candidate(undefined), report('available', 1), retire)).toMatchObject({ step });
  });

  it.each([0, 1, 2])('loses no day to a report that is asked for as a grace of %i days begins', (graceDays) => {
    const about = report('available', Math.max(1, graceDays));
    expect(become(candidate('deprecate', graceDays), about, { graceDays }).step).toBe('disable');
  });

  it('is not asked after while something else is in its way', () => {
    const { image, ...rest } = candidate('disable', 7);
    const judgement = { ...rest, image: { ...image, deregistrationProtection: 'enabled' } };
    expect(become(judgement, undefined)).toMatchObject({ step: null, reason: expect.stringContaining('protected') });
  });

  it('is kept where somebody uses it, however it stands with the report', () => {
    const kept = become(candidate('disable', 7), report('pending', 1), {}, ['in use by 3 ec2:Instance of account 1']);
    expect(kept).toMatchObject({ verdict: 'keep', step: 'reinstate' });
  });
});

describe('others may have', () => {
  const tagged = (audience: string) => anImage({ tags: { [tagKeys.audience]: audience } });

  it.each<[says: string, image: Image, about: UsageReport | undefined, expected: boolean]>([
    ['an image that we shared', tagged('1-0123456789abcdef'), undefined, true],
    ['an image of which nobody can say', tagged('unsettled'), undefined, true],
    ['an image that was asked after', anImage(), report('error', 9), true],
    ['no image that was never shared', anImage(), undefined, false],
    ['no image that was taken back', tagged('nobody'), undefined, false],
    ['nothing that EC2 could not make', anImage({ state: 'failed' }), report('available', 1), false],
  ])('%s', (_says, image, about, expected) => {
    expect(mayBeShared(image, about)).toBe(expected);
  });
});
