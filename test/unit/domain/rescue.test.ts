import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../shared/domain/instance.ts';
import {
  type Holder,
  type HolderState,
  holderOf,
  isStoppedByOwner,
  isWorthAsking,
  judgeLease,
  notAsked,
  ownMachines,
} from '../../../shared/domain/rescue.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anInstance, beginning } from './examples.ts';

const hour = 3600;
const executions = 'arn:aws:states:eu-west-1:123456789012:execution:stack-dev';
const capture = `${executions}-capture-images/CaptureInstances:monday`;
const now = after(0);

function standing(restartBy: string | undefined, different: Partial<Instance> = {}): Instance {
  const tags = { [tagKeys.stoppedBy]: capture, ...(restartBy === undefined ? {} : { [tagKeys.restartBy]: restartBy }) };
  return anInstance({ state: 'stopped', stoppedByHandAt: after(-hour), tags, ...different });
}

function says(status: HolderState['status'], different: Partial<HolderState> = {}): HolderState {
  return { status, startedAt: '', endedAt: '', ...different };
}

describe('Who holds a lease', () => {
  const own = ownMachines(`${executions}-rescue-instances:run`);
  const of = (executionId: string): Holder => holderOf({ executionId, restartBy: '', launchedAt: '' }, own);

  it('is told by the ARN of an execution, of a child of its Map too', () => {
    expect(of(capture)).toBe('capture');
    expect(of(`${executions}-capture-images:a`)).toBe('capture');
    expect(of(`${executions}-rescue-instances/RescueInstances:a`)).toBe('rescue');
    expect(ownMachines(`${executions}-rescue-instances/RescueInstances:a`)).toEqual(own);
  });

  it('is told by the last part of the names of our state machines, whatever the stack is called', () => {
    const stack = executions.replace('stack', 'rescue-instances');
    expect(ownMachines(`${stack}-rescue-instances:run`)).toEqual({
      rescues: `${stack}-rescue-instances`,
      captures: `${stack}-capture-images`,
    });
    expect(ownMachines('by hand').rescues).toBe('by hand');
  });

  it.each([
    ['another stage', capture.replace('dev', 'prod')],
    ['another Region', capture.replace('eu-west-1', 'eu-west-3')],
    ['another account', capture.replace('123456789012', '111122223333')],
    ['a longer name', capture.replace('-images/', '-images-2/')],
    ['another stage, or its rescue,', `${executions.replace('dev', 'prod')}-rescue-instances/RescueInstances:a`],
  ])('may be a capture of %s, about which we may not ask', (_, executionId) => {
    expect(of(executionId)).toBe('another');
  });

  it.each([
    'Ada',
    '',
    'arn:aws:states:eu-west-1:123456789012:execution:nightly:a',
    'arn:aws:states:eu-west-1:123456789012:execution:nightly/Map:a',
    `${executions}-capture-images`,
    `${capture}:and more`,
    `see ${capture}`,
  ])('is nobody that we know where its tag says %j', (executionId) => {
    expect(of(executionId)).toBe('nobody');
    expect(holderOf(undefined, own)).toBe('nobody');
  });
});

describe('The execution of a lease', () => {
  it.each([
    ['its deadline is over already', 'capture', standing(after(-1)), false],
    ['it stands still before its deadline', 'capture', standing(after(hour)), true],
    ['it runs and has time', 'capture', standing(after(hour), { state: 'running' }), false],
    ['it runs and has no deadline', 'capture', standing(undefined, { state: 'running' }), true],
    ['its deadline is this very moment', 'capture', standing(now), false],
    ['it is of another stack', 'another', standing(after(hour)), false],
    ['it is of nobody', 'nobody', standing(undefined), false],
    ['it is a rescue', 'rescue', standing(after(-1)), true],
  ] as const)('is asked about, or not, where %s', (_, holder, instance, isAsked) => {
    expect(isWorthAsking(instance, holder, now)).toBe(isAsked);
  });
});

describe('A lease', () => {
  const deadlines = { ahead: after(hour), over: after(-hour), missing: undefined, unreadable: 'tomorrow' } as const;
  type Deadline = keyof typeof deadlines;
  const verdictOf = (holder: Holder, deadline: Deadline, status: HolderState['status']): string => {
    const verdict = judgeLease(standing(deadlines[deadline]), holder, says(status), now);
    return verdict.action === 'leave' ? verdict.reason : verdict.action;
  };
  const all: Deadline[] = ['ahead', 'over', 'missing', 'unreadable'];

  it.each([
    ['capture', 'running', ['held', 'rescue', 'held', 'held']],
    ['capture', 'ended', ['rescue', 'rescue', 'rescue', 'rescue']],
    ['capture', 'lost', ['rescue', 'rescue', 'rescue', 'rescue']],
    ['capture', 'unknown', ['held', 'rescue', 'unclear', 'unclear']],
    ['another', 'unknown', ['held', 'rescue', 'unclear', 'unclear']],
    ['rescue', 'running', ['under-rescue', 'under-rescue', 'under-rescue', 'under-rescue']],
    ['rescue', 'ended', ['rescue', 'rescue', 'rescue', 'rescue']],
    ['rescue', 'lost', ['rescue', 'rescue', 'rescue', 'rescue']],
    ['rescue', 'unknown', ['rescue', 'rescue', 'rescue', 'rescue']],
    ['nobody', 'unknown', ['unclear', 'unclear', 'unclear', 'unclear']],
  ] as const)(
    'of %s that is %s is judged by its deadline: ahead, over, missing, unreadable',
    (holder, status, expected) => {
      expect(all.map((deadline) => verdictOf(holder, deadline, status))).toEqual(expected);
    },
  );

  it.each<[reason: string, holder: Holder, deadline: Deadline, status: HolderState['status']]>([
    ['its deadline is over', 'capture', 'over', 'running'],
    ['the execution that stopped it has ended', 'capture', 'ahead', 'ended'],
    ['the execution that stopped it is not known any more', 'capture', 'ahead', 'lost'],
    ['its last rescue has failed', 'rescue', 'ahead', 'ended'],
  ])('ends in a rescue, and people are told why: %s', (reason, holder, deadline, status) => {
    expect(judgeLease(standing(deadlines[deadline]), holder, says(status), now)).toMatchObject({ reason });
  });

  it('is over at the very moment of its deadline', () => {
    expect(judgeLease(standing(now), 'capture', says('running'), now)).toMatchObject({ overdueSince: now });
  });

  it('that is none says nothing', () => {
    const without = anInstance({ state: 'stopped', tags: {} });
    expect(judgeLease(without, 'nobody', notAsked, now)).toEqual({ action: 'leave', reason: 'unclear' });
    expect(isWorthAsking(without, 'nobody', now)).toBe(false);
  });

  it('of an execution that Step Functions may not show yet is held for five minutes from the stop', () => {
    const stopped = (seconds: number) => standing(deadlines.ahead, { stoppedByHandAt: after(-seconds) });
    expect(judgeLease(stopped(299), 'capture', says('lost'), now).action).toBe('leave');
    expect(judgeLease(stopped(300), 'capture', says('lost'), now).action).toBe('rescue');
    const stoppedOtherwise = standing(deadlines.ahead, { stoppedByHandAt: '' });
    expect(judgeLease(stoppedOtherwise, 'capture', says('lost'), now).action).toBe('rescue');
  });

  it.each([
    ['its deadline', after(-hour), says('ended', { endedAt: after(-60) }), after(-hour)],
    ['the end of its execution', after(hour), says('ended', { endedAt: after(-60) }), after(-60)],
    ['now, where nobody knows better', 'tomorrow', says('lost'), now],
    ['now, where a clock is ahead', after(hour), says('ended', { endedAt: after(60) }), now],
  ])('is overdue since %s', (_, restartBy, state, overdueSince) => {
    const verdict = judgeLease(standing(restartBy), 'capture', state, now);
    expect(verdict).toMatchObject({ action: 'rescue', tellsFailure: true });
    expect(Date.parse('overdueSince' in verdict ? verdict.overdueSince : '')).toBe(Date.parse(overdueSince));
  });

  it.each<[says: string, launchedAt: string, state: Instance['state'], overdueSince: string]>([
    ['just before its start, where it runs again', after(-2 * hour), 'running', after(-2 * hour - 0.001)],
    ['its deadline, where it was started after that', after(-60), 'running', after(-hour)],
    ['just before its start, however long its lease was', after(-9 * hour), 'running', after(-9 * hour - 0.001)],
    [
      'just before its start, where it was started in the moment of its deadline',
      after(-hour),
      'running',
      after(-hour - 0.001),
    ],
    ['its deadline, where nobody knows its start', '', 'running', after(-hour)],
    ['its deadline, where it stands still', after(-2 * hour), 'stopped', after(-hour)],
  ])('is overdue since %s', (_, launchedAt, state, overdueSince) => {
    const instance = standing(after(-hour), { launchedAt, state });
    expect(judgeLease(instance, 'capture', says('ended'), now)).toMatchObject({ overdueSince });
    expect(judgeLease(instance, 'rescue', says('ended'), now)).toMatchObject({ overdueSince });
  });

  it.each([
    [0.5, -0.4, false],
    [0.99, -0.1, false],
    [1.01, -0.1, true],
    [1.5, -0.4, false],
    [2.02, -0.1, true],
  ])('overdue for %s days and tried %s days ago makes a failure news: %s', (days, triedDaysAgo, isNews) => {
    const overdue = standing(after(-days * 24 * hour));
    const tried = says('ended', { startedAt: after(triedDaysAgo * 24 * hour) });
    expect(judgeLease(overdue, 'rescue', tried, now)).toMatchObject({ tellsFailure: isNews });
    expect(judgeLease(overdue, 'rescue', notAsked, now)).toMatchObject({ tellsFailure: true });
  });
});

describe('A stop by hand', () => {
  // A lease of a capture is of two hours at least, so this one began at the beginning at the latest.
  const restartBy = after(2 * hour);
  const stopped = (launchedAt: string, stoppedByHandAt: string, different: Partial<Instance> = {}) =>
    isStoppedByOwner(standing(restartBy, { launchedAt, stoppedByHandAt, ...different }), 'capture');

  it('is our own where the instance has not been started since the lease began', () => {
    expect(stopped(after(-hour), after(1))).toBe(false);
    expect(stopped(beginning, after(1))).toBe(false);
    expect(stopped(after(60), after(60))).toBe(false);
  });

  it('is exact where the lease names the launch that we stopped, whoever holds it and however long', () => {
    const ofLaunch = (launch: string, launchedAt: string) =>
      standing(`${after(9 * hour)} launched ${launch}`, { launchedAt, stoppedByHandAt: after(7 * hour) });
    for (const holder of ['capture', 'rescue', 'another'] as const) {
      expect(isStoppedByOwner(ofLaunch(after(60), after(60)), holder)).toBe(false);
      expect(isStoppedByOwner(ofLaunch(after(6 * hour), after(6 * hour)), holder)).toBe(false);
      expect(isStoppedByOwner(ofLaunch(after(60), after(61)), holder)).toBe(true);
    }
  });

  it("is its owner's where the instance had been started again under the lease", () => {
    expect(stopped(after(60), after(300))).toBe(true);
    expect(stopped(after(60), after(300), { state: 'stopping' })).toBe(true);
  });

  it('is none where EC2 itself took the start back, or where it runs', () => {
    expect(stopped(after(60), '')).toBe(false);
    expect(stopped(after(60), after(300), { state: 'running' })).toBe(false);
  });

  it('is not told from ours without a deadline', () => {
    const found = { launchedAt: after(60), stoppedByHandAt: after(300) };
    expect(isStoppedByOwner(standing(undefined, found), 'capture')).toBe(false);
    expect(isStoppedByOwner(standing('soon', found), 'capture')).toBe(false);
  });

  it('counts for a rescue from when the instance should have run', () => {
    const found = (launchedAt: string) => standing(beginning, { launchedAt, stoppedByHandAt: after(300) });
    expect(isStoppedByOwner(found(after(60)), 'rescue')).toBe(true);
    expect(isStoppedByOwner(found(after(-60)), 'rescue')).toBe(false);
  });
});
