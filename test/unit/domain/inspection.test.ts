import { describe, expect, it } from 'vitest';
import {
  type InspectionInput,
  inspect,
  leaseMinutes,
  type Verdict,
  wantedDevices,
} from '../../../shared/domain/inspection.ts';
import type { Instance, StopFacts } from '../../../shared/domain/instance.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import {
  after,
  anImage,
  anInstance,
  anotherExecution,
  aPolicy,
  beginning,
  executionId,
  leasedTo,
  slot,
  stopFacts,
} from './examples.ts';

interface Case {
  instance?: Partial<Instance>;
  facts?: Partial<StopFacts>;
  capture?: Record<string, unknown>;
  existing?: InspectionInput['existing'];
  waitedSeconds?: number;
}

function verdictOn({ instance, facts, capture = {}, existing, waitedSeconds = 0 }: Case): Verdict {
  return inspect({
    instance: anInstance({ ...instance, tags: { [tagKeys.policy]: 'gold', ...instance?.tags } }),
    facts: stopFacts(facts),
    policy: aPolicy({ capture }),
    slot,
    executionId,
    existing,
    since: beginning,
    now: after(waitedSeconds),
  });
}

/** The verdict in a few words: `skip stop-protection`, `capture crash policy`. */
function wordsOn(example: Case): string {
  const verdict = verdictOn(example);
  return [verdict.action, 'consistency' in verdict ? verdict.consistency : '', verdict.reason]
    .filter(Boolean)
    .join(' ');
}

const twoHours = 2 * 60 * 60;
const skipTag = { [tagKeys.skip]: 'being moved' };
const others = { tags: leasedTo(anotherExecution) };
const ours = { tags: leasedTo(executionId) };

describe('an instance is captured', () => {
  it.each<[says: string, example: Case, verdict: string]>([
    ['stopped first, when it runs and nothing speaks against it', {}, 'stop stopped policy'],
    ['as it is, when it stands still already', { instance: { state: 'stopped' } }, 'capture stopped already-stopped'],
    ['as it is, when we stopped it', { instance: { state: 'stopped', ...ours } }, 'capture stopped stopped-by-us'],
    ['running, when the policy says so', { capture: { consistency: 'crash' } }, 'capture crash policy'],
    ['with a reboot, when the policy says so', { capture: { consistency: 'reboot' } }, 'capture rebooted policy'],
    [
      'stopped first, when its spot request is persistent',
      { facts: { spotRequest: 'persistent' } },
      'stop stopped policy',
    ],
    ['stopped first once more, when our lease is on it and it runs', { instance: ours }, 'stop stopped policy'],
    [
      'without any promise, when another that stopped it may start it any moment',
      { instance: { state: 'stopped', ...others }, waitedSeconds: twoHours },
      'capture crash lease-of-another',
    ],
    [
      'as the stopped one that it is, though it could not be stopped',
      { instance: { state: 'stopped' }, facts: { isStopProtected: true } },
      'capture stopped already-stopped',
    ],
    [
      'stopped, though the policy is content with less',
      { instance: { state: 'stopped' }, capture: { consistency: 'crash' } },
      'capture stopped already-stopped',
    ],
  ])('%s', (_says, example, words) => {
    expect(wordsOn(example)).toBe(words);
  });
});

it('an instance that is selected by a tag of its own waits for no other policy', () => {
  const select = { tags: { team: 'platform' } };
  const policy = aPolicy({
    select,
    capture: { consistency: 'crash' },
    schedule: { cron: '0 3 * * ? *', onTagged: false },
  });
  const instance = anInstance({ tags: select.tags });
  const when = { since: beginning, now: beginning };
  const verdict = inspect({ instance, facts: stopFacts(), policy, slot, executionId, existing: undefined, ...when });
  expect(verdict).toMatchObject({ action: 'capture', consistency: 'crash' });
});

describe('an instance that must not be stopped', () => {
  const obstacles: [Verdict['reason'], Partial<StopFacts>][] = [
    ['member-of-auto-scaling-group', { autoScalingGroup: 'web' }],
    ['one-time-spot-request', { spotRequest: 'one-time' }],
    ['stop-protection', { isStopProtected: true }],
    ['instance-store-data', { hasInstanceStore: true }],
  ];

  it.each(obstacles)('is captured while it runs: %s', (reason, facts) => {
    expect(verdictOn({ facts })).toEqual({ action: 'capture', consistency: 'crash', reason, notices: [] });
  });

  it.each(obstacles)('is left alone where the policy prefers that, with the reason %s', (reason, facts) => {
    const verdict = verdictOn({ facts, capture: { ifUnstoppable: 'skip' } });
    expect(verdict).toEqual({ action: 'skip', reason, explanation: expect.stringMatching(/\w+ \w+/) });
  });

  it.each(obstacles)('is no obstacle to a crash-consistent capture: %s', (_reason, facts) => {
    expect(wordsOn({ facts, capture: { consistency: 'crash', ifUnstoppable: 'skip' } })).toBe('capture crash policy');
  });

  it.each<[string, Partial<StopFacts>]>([
    ['one-time spot', { spotRequest: 'one-time' }],
    ['stop protection', { isStopProtected: true }],
    ['instance-store data', { hasInstanceStore: true }],
  ])('is rebooted nevertheless where the policy says so: %s survives a reboot', (_says, facts) => {
    expect(wordsOn({ facts, capture: { consistency: 'reboot' } })).toBe('capture rebooted policy');
  });

  it('is not rebooted in an Auto Scaling group, which replaces what does not answer', () => {
    const facts = { autoScalingGroup: 'web' };
    expect(wordsOn({ facts, capture: { consistency: 'reboot' } })).toBe('capture crash member-of-auto-scaling-group');
    expect(wordsOn({ facts, capture: { consistency: 'reboot', ifUnstoppable: 'skip' } })).toBe(
      'skip member-of-auto-scaling-group',
    );
  });

  it('is captured while it runs where its tags leave no room for the lease of a stop', () => {
    const tags = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`key${index}`, '']));
    expect(wordsOn({ instance: { tags } })).toBe('capture crash no-room-for-lease');
    expect(wordsOn({ instance: { tags }, capture: { consistency: 'reboot' } })).toBe('capture rebooted policy');
  });

  it('gives the gravest of several reasons', () => {
    const facts = { autoScalingGroup: 'web', spotRequest: 'one-time', isStopProtected: true } as const;
    expect(verdictOn({ facts }).reason).toBe('member-of-auto-scaling-group');
  });
});

describe('an instance is left alone', () => {
  it.each<[says: string, example: Case, reason: string, explanation: RegExp]>([
    ['when it is terminated', { instance: { state: 'terminated' } }, 'instance-gone', /terminated/],
    ['when it is being terminated', { instance: { state: 'shutting-down' } }, 'instance-gone', /terminated/],
    ['when its tag says so, in the words of the tag', { instance: { tags: skipTag } }, 'skip-tag', /^being moved$/],
    [
      'when its tag says so without a word',
      { instance: { tags: { [tagKeys.skip]: '' } } },
      'skip-tag',
      /ami-lifecycle:skip/,
    ],
    [
      'when its root is an instance store',
      { instance: { rootDeviceType: 'instance-store' } },
      'instance-store-root',
      /EC2/,
    ],
    [
      'when the policy leaves out its root',
      { capture: { excludeDevices: ['/dev/xvda'] } },
      'root-device-excluded',
      /xvda/,
    ],
    ['when its slot is captured', { existing: anImage() }, 'slot-already-captured', /ami-0123456789abcdef0/],
    ['when its slot is being captured', { existing: anImage({ state: 'pending' }) }, 'slot-already-captured', /ami-/],
    ['when its image was disabled', { existing: anImage({ state: 'disabled' }) }, 'slot-already-captured', /ami-/],
    [
      'when it has been stopping for two hours',
      { instance: { state: 'stopping' }, waitedSeconds: twoHours },
      'in-transition',
      /stopping for two hours/,
    ],
  ])('%s', (_says, example, reason, explanation) => {
    expect(verdictOn(example)).toEqual({ action: 'skip', reason, explanation: expect.stringMatching(explanation) });
  });

  it('when its owner has taken it out of the policy since it was selected', () => {
    expect(verdictOn({ instance: { tags: { [tagKeys.policy]: 'silver' } } })).toEqual({
      action: 'skip',
      reason: 'not-selected',
      explanation: 'its tags no longer name the policy',
    });
  });

  it.each<[says: string, existing: InspectionInput['existing']]>([
    ['failed: it is made again', anImage({ state: 'failed' })],
    ['is not ours: CreateImage will tell people of it', anImage({ tags: {} })],
    ['is that of another slot', anImage({ tags: { ...anImage().tags, [tagKeys.slot]: '20261120T0300Z' } })],
  ])('but not because of an image of its name that %s', (_says, existing) => {
    expect(wordsOn({ existing })).toBe('stop stopped policy');
  });

  it('because it is gone, before any other reason', () => {
    const instance = { state: 'terminated', tags: { ...skipTag, ...leasedTo(anotherExecution) } } as const;
    expect(wordsOn({ instance, existing: anImage() })).toBe('skip instance-gone');
  });

  it('because of its tag, before its slot or a lease is looked at', () => {
    const instance = { tags: { ...skipTag, ...leasedTo(anotherExecution) } };
    expect(wordsOn({ instance, existing: anImage() })).toBe('skip skip-tag');
  });

  it('because its slot is captured, rather than waiting for a lease', () => {
    expect(wordsOn({ instance: others, existing: anImage() })).toBe('skip slot-already-captured');
  });

  it('even by the execution that stopped it, which then starts it again', () => {
    expect(wordsOn({ instance: { state: 'stopped', tags: { ...leasedTo(executionId), ...skipTag } } })).toBe(
      'skip skip-tag',
    );
  });
});

describe('an instance is waited for', () => {
  it.each<[says: string, instance: Partial<Instance>, reason: string]>([
    ['while it starts', { state: 'pending' }, 'in-transition'],
    ['while it stops', { state: 'stopping' }, 'in-transition'],
    ['while another execution holds it', others, 'leased-by-another'],
    ['while another execution has stopped it', { state: 'stopped', ...others }, 'leased-by-another'],
    ['while another execution stops it', { state: 'stopping', ...others }, 'leased-by-another'],
  ])('%s, ever more patiently', (_says, instance, reason) => {
    for (const waitedSeconds of [0, 3600]) {
      const waitSeconds = pollSeconds('image', beginning, after(waitedSeconds));
      expect(verdictOn({ instance, waitedSeconds })).toEqual({ action: 'wait', reason, waitSeconds });
    }
    expect(verdictOn({ instance, waitedSeconds: twoHours - 1 }).action).toBe('wait');
  });

  it('even for a capture that would not touch it: its disks are in the middle of a change', () => {
    expect(wordsOn({ instance: { state: 'pending' }, capture: { consistency: 'crash' } })).toBe('wait in-transition');
  });

  it('no longer than two hours, and then an abandoned lease may be replaced', () => {
    expect(verdictOn({ instance: others, waitedSeconds: twoHours })).toMatchObject({
      action: 'stop',
      abandonedLease: anotherExecution,
    });
  });

  it('not for a lease of our own, which is none to be replaced either', () => {
    expect(verdictOn({ instance: ours })).toMatchObject({ action: 'stop', abandonedLease: null });
    expect(verdictOn({})).toMatchObject({ action: 'stop', abandonedLease: null });
  });
});

describe('an instance of several policies', () => {
  const both = (instance: Partial<Instance>, words = 'silver gold'): Partial<Instance> => ({
    ...instance,
    tags: { ...instance.tags, [tagKeys.policy]: words },
  });
  const stopped = { state: 'stopped' } as const;

  it('is captured by one after the other, in the order of its tag, as EC2 fails snapshots that come together', () => {
    expect(verdictOn({ instance: both(stopped) })).toEqual({
      action: 'wait',
      reason: 'turn-of-another-policy',
      waitSeconds: 60,
    });
    expect(verdictOn({ instance: both(stopped), waitedSeconds: 20 })).toMatchObject({ waitSeconds: 40 });
    expect(wordsOn({ instance: both(stopped), waitedSeconds: 60 })).toBe('capture stopped already-stopped');
    expect(wordsOn({ instance: both(stopped, 'gold silver') })).toBe('capture stopped already-stopped');
    expect(verdictOn({ instance: both(stopped, 'bronze bronze silver  gold') })).toMatchObject({ waitSeconds: 120 });
    expect(verdictOn({ instance: both({ state: 'running' }), capture: { consistency: 'reboot' } }).action).toBe('wait');
  });

  it('waits for nothing where a lease keeps the others away', () => {
    expect(verdictOn({ instance: both({ state: 'running' }) }).action).toBe('stop');
    expect(wordsOn({ instance: both({ ...stopped, ...ours }) })).toBe('capture stopped stopped-by-us');
  });
});

describe('a stop', () => {
  it('is announced where it changes the public address', () => {
    expect(verdictOn({ instance: { hasTemporaryAddress: true } })).toMatchObject({
      action: 'stop',
      notices: [expect.stringContaining('Elastic IP')],
    });
    expect(verdictOn({})).toMatchObject({ action: 'stop', notices: [] });
  });

  it('is leased for two hours where the instance runs again early', () => {
    expect(leaseMinutes(aPolicy())).toBe(120);
  });

  it('is leased for two whole images where the instance waits for its image, as one may fail', () => {
    const capture = { restartWhen: 'image-available', timeoutHours: 10 };
    expect(leaseMinutes(aPolicy({ capture }))).toBe(120 + 2 * 10 * 60);
  });
});

describe('an image is to hold', () => {
  const volumesOf = (excludeDevices: string[]) =>
    wantedDevices(anInstance(), aPolicy({ capture: { excludeDevices } })).map(({ volumeId }) => volumeId);

  it('all volumes of its instance', () => {
    expect(volumesOf([])).toEqual(['vol-00000001', 'vol-00000002']);
  });

  it('all but those that the policy leaves out', () => {
    expect(volumesOf(['/dev/sdf', '/dev/sdz'])).toEqual(['vol-00000001']);
  });
});
