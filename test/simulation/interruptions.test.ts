import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import type { Fault } from '../../simulator/faults.ts';
import { given, type Story } from './story.ts';

const web = server('web');
const rescuesUntil = '2026-11-21T12:00:00Z';

/** A capture at midnight with these faults. */
async function captured(...faults: Fault[]): Promise<Story> {
  const story = await given({ policies: [policy('gold')], servers: [web], faults, rescuesUntil });
  await story.capture('gold');
  return story;
}

describe('A Lambda that dies in the middle of its work', () => {
  it.each(['killed-before-call', 'killed-after-call'] as const)(
    'is called again, and neither stops twice nor leaves a half lease (%s)',
    async (fault) => {
      const story = await captured({ fault, function: 'stop-instance', operation: 'StopInstances', nth: 1 });

      expect(story.lastRun().status).toBe('SUCCEEDED');
      expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'running']);
      expect(story.image().tags['ami-lifecycle:consistency']).toBe('stopped');
    },
  );

  it('between its tags and its stop has written the lease, and stopped nothing', async () => {
    const story = await given({ policies: [policy('gold')], servers: [web], rescuesUntil });
    story.account.faults.add({
      fault: 'killed-after-call',
      function: 'stop-instance',
      operation: 'CreateTags',
      nth: 1,
    });

    story.begin('gold');
    await story.until('2026-11-21T00:00:01.200Z');

    expect(story.tags(web)).toHaveProperty('ami-lifecycle:stopped-by');
    expect(story.accepted('StopInstances')).toEqual([]);
    await story.rest();
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });
});

describe('A function whose answer does not arrive', () => {
  it.each([
    ['out-of-memory', 'Runtime.OutOfMemory'],
    ['response-too-large', 'Function.ResponseSizeTooLarge'],
    ['answer-too-large', 'States.DataLimitExceeded'],
  ] as const)('ends its capture by name, and the instance runs again (%s)', async (fault, error) => {
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault, function: 'check-image', nth: 1 }],
      rescuesUntil: '2026-11-23T00:00:00Z',
    });
    await story.capture('gold');

    expect(story.state(web)).toBe('running');
    expect(story.account.notifications.map(({ message }) => message).join('\n')).toContain(error);
  });
});

describe('Somebody who stops all runs of a night by hand', () => {
  it('finds every instance running some minutes later', async () => {
    const story = await captured({ fault: 'runs-aborted', function: 'create-image', nth: 1 });

    expect(story.lastRun().status).toBe('ABORTED');
    expect(story.state(web)).toBe('running');
    expect(story.account.notifications.map(({ subject }) => subject)).toEqual([
      'Rescue: 1 instances run again, 0 do not',
    ]);
  });
});

describe('Hours that pass', () => {
  it('while an answer is waited for end that task, and it is called again', async () => {
    const story = await captured({ fault: 'task-times-out', function: 'inspect-instance', nth: 1 });

    expect(typesOf(story)).toContain('TaskTimedOut');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('just after an answer end no task: whatever waits then is over at once', async () => {
    const story = await captured({ fault: 'clock-jumps', function: 'stop-instance', nth: 1 });

    expect(typesOf(story)).not.toContain('TaskTimedOut');
    expect(story.clock.now()).toBeGreaterThan(Date.parse('2026-11-21T06:00:00Z'));
    expect(story.state(web)).toBe('running');
  });
});

describe('EC2, while Step Functions stands still for hours', () => {
  it('goes on: of two captures both find their image, which has long been available', async () => {
    const queue = server('queue', { under: 'silver' });
    const faults: Fault[] = [{ fault: 'clock-jumps', function: 'check-image', nth: 2 }];
    const policies = [policy('gold'), policy('silver')];
    const story = await given({ policies, servers: [web, queue], faults, rescuesUntil });
    story.begin('gold');
    story.begin('silver');
    await story.rest();

    expect(story.accepted('DeregisterImage')).toEqual([]);
    expect(story.images().map(({ tags }) => tags['ami-lifecycle:state'])).toEqual(['complete', 'complete']);
  });
});

function typesOf({ stack }: Story): string[] {
  return stack.engine
    .listExecutions()
    .flatMap(({ executionArn }) => stack.engine.getExecutionHistory(executionArn).map(({ type }) => type));
}

describe('What a schedule fires', () => {
  it.each([
    ['lost-event', []],
    ['duplicate-event', ['2026-11-21T03:00:00.000Z', '2026-11-21T03:00:00.000Z']],
    ['late-event', ['2026-11-21T04:00:00.000Z']],
  ] as const)('may be lost, come twice or late (%s), and makes no second image', async (fault, starts) => {
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault, operation: 'Scheduled capture-images' }],
      schedulesUntil: '2026-11-21T10:00:00Z',
    });
    await story.until('2026-11-21T11:00:00Z');

    const runs = story.stack.engine.listExecutions({ stateMachine: 'capture-images' });
    const begun = runs
      .filter(({ mapRunArn }) => mapRunArn === undefined)
      .map(({ startDate }) => startDate.toISOString());
    expect(begun).toEqual(starts);
    expect(story.images().map(({ tags }) => tags['ami-lifecycle:slot'])).toEqual(
      starts.length > 0 ? ['20261121T0300Z'] : [],
    );
  });
});

describe('A Step Functions that stands still for hours while an instance is stopped', () => {
  it('goes on while the rescue takes over, and calls no image stopped that is not', async () => {
    // With this seed the image is made in the very seconds in which the rescue's start has its effect.
    const faults: Fault[] = [{ fault: 'task-times-out', function: 'check-instance', nth: 7 }];
    const story = await given({ policies: [policy('gold')], servers: [web], faults, rescuesUntil, seed: 2 });
    await story.capture('gold');

    expect(story.clock.now()).toBeGreaterThan(Date.parse('2026-11-21T06:00:00Z'));
    expect(story.state(web)).toBe('running');
    const { tags, snapshots } = story.image();
    expect(tags['ami-lifecycle:state']).toBe('complete');
    const isStopped = snapshots.every(({ instanceWas }) => instanceWas === 'stopped');
    expect(tags['ami-lifecycle:consistency']).toBe(isStopped ? 'stopped' : 'crash');
    expect(isStopped).toBe(false);
  });
});
