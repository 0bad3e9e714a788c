import { describe, expect, it } from 'vitest';
import { contract, makeSummariseRescue } from '../../../functions/summarise-rescue/task.ts';
import { executionId } from '../domain/examples.ts';
import { fakeMeter, noNotifications, within } from './fakes.ts';

const results = { bucket: 'work', key: 'manifest.json' };
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:lifecycle';
const item = {
  instanceId: 'i-1',
  lease: { executionId, restartBy: '' },
  holder: 'capture',
  reason: 'its deadline is over',
  overdueSince: '2026-11-21T03:00:00.000Z',
  tellsFailure: true,
  stoodStill: true,
};
const good = (outcome: string, different: object = {}) => ({
  Status: 'SUCCEEDED',
  Input: JSON.stringify({ item: { ...item, ...different } }),
  Output: JSON.stringify({ outcome, instanceId: 'i-1' }),
});
const bad = (different: object = {}) => ({
  Status: 'FAILED',
  Input: JSON.stringify({ item: { ...item, ...different } }),
  Error: 'CapacityUnavailable',
  Cause: JSON.stringify({ errorType: 'CapacityUnavailable', errorMessage: 'No room.' }),
});

const objectsWith = (list: readonly object[]) => {
  const objects: Record<string, unknown> = {
    'manifest.json': { ResultFiles: { SUCCEEDED: [{ Key: 'all.json' }] } },
    'all.json': list,
  };
  return () => ({ readJson: async (key: string) => objects[key] });
};

async function summarise(list: readonly object[], topic = topicArn) {
  const published: { subject: string; message: string }[] = [];
  const metrics: Record<string, number> = {};
  const task = within(
    contract,
    makeSummariseRescue({
      topicArn: topic,
      objectsIn: objectsWith(list),
      notifications: { publish: async (_, subject, message) => void published.push({ subject, message }) },
      meter: {
        count(name, value) {
          metrics[name] = value;
        },
      },
    }),
  );
  return { answer: await task({ executionId, results }), published, metrics };
}

describe('The summary of a rescue', () => {
  it('tells once of all that runs again, since when it should have, and why it did not', async () => {
    const { answer, published, metrics } = await summarise([good('running'), good('running', { instanceId: 'i-2' })]);
    expect(answer).toEqual({ rescued: 2, left: 0, failed: 0, failure: null });
    expect(published).toEqual([
      {
        subject: 'Rescue: 2 instances run again, 0 do not',
        message: expect.stringContaining(
          'i-1 runs again; it should have since 2026-11-21T03:00:00.000Z, but its deadline is over',
        ),
      },
    ]);
    expect(metrics).toEqual({ Rescued: 2, RescueFailed: 0 });
  });

  it('counts once it has told: while it cannot tell, all of this is tried again', async () => {
    const meter = fakeMeter();
    const ports = { topicArn, objectsIn: objectsWith([good('running')]), notifications: noNotifications, meter };
    await expect(within(contract, makeSummariseRescue(ports))({ executionId, results })).rejects.toThrow('Throttled');
    expect(meter.measured).toEqual([]);
  });

  it.each([
    ['was left to another', good('left'), { left: 1 }],
    ['ran all the time, and lost a tag', good('running', { stoodStill: false }), { rescued: 1 }],
  ])('says nothing of an instance that %s', async (_, result, expected) => {
    const { answer, published } = await summarise([result]);
    expect(answer).toMatchObject({ ...expected, failure: null });
    expect(published).toEqual([]);
  });

  it('tells that an owner was not overruled', async () => {
    const { published } = await summarise([good('stopped-by-owner')]);
    expect(published).toMatchObject([{ message: expect.stringContaining('i-1 stays stopped') }]);
  });

  it('makes the run fail where an instance does not run, with its error', async () => {
    const { answer, published, metrics } = await summarise([good('running'), bad({ instanceId: 'i-2' })]);
    expect(answer).toMatchObject({ rescued: 1, failed: 1, failure: { Error: 'RescueFailed' } });
    expect(answer.failure?.Cause).toContain('i-2 CapacityUnavailable: No room.');
    expect(published).toHaveLength(1);
    expect(metrics).toEqual({ Rescued: 1, RescueFailed: 1 });
  });

  it('does not tell again of a failure that people know, though the run fails for it', async () => {
    const { answer, published } = await summarise([bad({ tellsFailure: false })]);
    expect(answer).toMatchObject({ failed: 1, failure: { Error: 'RescueFailed' } });
    expect(published).toEqual([]);
  });

  it('counts what was never started', async () => {
    const { answer, published } = await summarise([{ Status: 'ABORTED' }]);
    expect(answer.failed).toBe(1);
    expect(published[0]?.message).toContain('an unknown instance ABORTED');
  });

  it('of hundreds stays short enough to be sent, and to be the cause of a failure', async () => {
    const { answer, published } = await summarise(Array.from({ length: 300 }, () => bad()));
    expect(answer.failure?.Cause.length).toBeLessThanOrEqual(2000);
    expect(published[0]?.message).toContain('and 280 more');
  });

  it('is for the metrics alone where there is no topic', async () => {
    const { published, metrics } = await summarise([good('running')], '');
    expect(published).toEqual([]);
    expect(metrics).toMatchObject({ Rescued: 1 });
  });
});
