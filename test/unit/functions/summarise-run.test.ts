import { describe, expect, it } from 'vitest';
import { contract, makeSummariseRun } from '../../../functions/summarise-run/task.ts';
import { aPolicy, executionId } from '../domain/examples.ts';
import { fakeMeter, fakeNotifications, fakeResults, noNotifications, within } from './fakes.ts';

const stackTopic = 'arn:aws:sns:eu-west-1:123456789012:ami-lifecycle';
const teamTopic = 'arn:aws:sns:eu-west-1:123456789012:team';

const captured = { Status: 'SUCCEEDED', Output: '{"outcome":"captured","imageId":"ami-00000001"}' };
const skipped = (reason: string) => ({ Status: 'SUCCEEDED', Output: JSON.stringify({ outcome: 'skipped', reason }) });
const failed = (number: number, Cause: string) => ({
  Status: 'FAILED',
  Input: JSON.stringify({ instanceId: `i-${number}`, policy: { name: 'gold' } }),
  Error: 'StopTimedOut',
  Cause,
});
const lambdaCause = JSON.stringify({ errorType: 'StopTimedOut', errorMessage: 'still stopping', trace: ['at x'] });

interface Case {
  items?: Record<string, unknown>[];
  policies?: ReturnType<typeof aPolicy>[];
  unusable?: { policy: string; Error: string; Cause: string }[];
  failure?: { Error?: string; Cause?: string } | null;
  hasResults?: boolean;
  topicArn?: string;
}

async function summarise(example: Case) {
  const { items = [], policies = [aPolicy()], failure = null, hasResults = true, topicArn = stackTopic } = example;
  const { place, objectsIn } = fakeResults(items);
  const notifications = fakeNotifications();
  const meter = fakeMeter();
  const task = makeSummariseRun({ topicArn, objectsIn, notifications, meter });
  const answer = await within(
    contract,
    task,
  )({
    executionId,
    policies: Object.fromEntries(policies.map((policy) => [policy.name, policy])),
    unusable: example.unusable ?? [],
    selected: items.length,
    results: hasResults ? place : null,
    failure,
  });
  return { answer, told: notifications.told, measured: meter.measured };
}

describe('a run that went well', () => {
  const items = [captured, captured, skipped('skip-tag'), skipped('skip-tag'), skipped('stop-protection')];

  it('is counted, with why some were skipped; what was captured is counted with each image', async () => {
    const { answer, measured } = await summarise({ items });
    expect(answer).toEqual({
      selected: 5,
      captured: 2,
      skipped: { 'skip-tag': 2, 'stop-protection': 1 },
      failed: 0,
      failure: null,
    });
    expect(measured).toEqual(['Selected=5 gold', 'Skipped=3 gold']);
  });

  it('is told once', async () => {
    const { told } = await summarise({ items });
    const subject = 'gold: 2 captured, 3 skipped, 0 failed of 5';
    expect(told).toEqual([{ topicArn: stackTopic, subject, message: subject }]);
  });

  it('is measured once it is told: while it cannot be told, all of this is tried again', async () => {
    const { place, objectsIn } = fakeResults(items);
    const meter = fakeMeter();
    const notifications = noNotifications;
    const task = within(contract, makeSummariseRun({ topicArn: stackTopic, objectsIn, notifications, meter }));
    const input = {
      executionId,
      policies: { gold: aPolicy() },
      unusable: [],
      selected: 5,
      results: place,
      failure: null,
    };
    await expect(task(input)).rejects.toThrow('Throttled');
    expect(meter.measured).toEqual([]);
  });

  it('and selected nothing is measured, but tells nobody', async () => {
    const { answer, measured, told } = await summarise({ hasResults: false });
    expect(answer).toMatchObject({ selected: 0, failure: null });
    expect(measured).toEqual(['Selected=0 gold', 'Skipped=0 gold']);
    expect(told).toEqual([]);
  });
});

describe('a run in which an item failed', () => {
  it('fails, and names the instance, the error and the sentence that a person wants', async () => {
    const { answer, measured, told } = await summarise({
      items: [captured, failed(1, lambdaCause), failed(2, 'plain')],
    });
    expect(answer).toMatchObject({ captured: 1, failed: 2, failure: { Error: 'CapturesFailed' } });
    expect(told[0]?.message.split('\n')).toEqual([
      'gold: 1 captured, 0 skipped, 2 failed of 3',
      'i-1 StopTimedOut: still stopping',
      'i-2 StopTimedOut: plain',
    ]);
    expect(answer.failure?.Cause).toBe(told[0]?.message);
    expect(measured.filter((each) => each.startsWith('Failed'))).toEqual([
      'Failed=1 gold StopTimedOut',
      'Failed=1 gold StopTimedOut',
    ]);
  });

  it('tells at most twenty one by one', async () => {
    const items = Array.from({ length: 25 }, (_, index) => failed(index, 'x'));
    const { told } = await summarise({ items });
    const lines = told[0]?.message.split('\n') ?? [];
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe('and 5 more');
  });

  it('counts what never ran or was cut off as failed, even where AWS says neither what nor why', async () => {
    const { answer, told } = await summarise({ items: [{ Status: 'ABORTED' }, { Status: 'TIMED_OUT' }] });
    expect(answer).toMatchObject({ failed: 2 });
    expect(told[0]?.message).toContain('unknown ABORTED');
  });

  it('counts what says nothing of its end as failed, not as captured', async () => {
    const { answer } = await summarise({ items: [captured, { Status: 'SUCCEEDED' }] });
    expect(answer).toMatchObject({ captured: 1, failed: 1, failure: { Error: 'CapturesFailed' } });
  });
});

describe('a run that ended as a whole', () => {
  const failure = { Error: 'PolicyNotFound', Cause: "No policy is called 'gold'." };

  it('fails with the error that ended it, and says so though it selected nothing', async () => {
    const { answer, told } = await summarise({ policies: [], hasResults: false, failure });
    expect(answer).toMatchObject({ failure });
    expect(told).toEqual([
      { topicArn: stackTopic, subject: 'no policy: PolicyNotFound', message: expect.stringContaining(failure.Cause) },
    ]);
  });

  it('fails though AWS gives no reason', async () => {
    const { answer } = await summarise({ hasResults: false, failure: {} });
    expect(answer.failure).toEqual({ Error: 'Unknown', Cause: expect.stringMatching(/without a cause/) });
  });
});

describe('a run of several policies, of which some are not to be had', () => {
  const misspelt = { policy: 'godl', Error: 'PolicyNotFound', Cause: "No policy is called 'godl'." };
  const broken = { policy: 'web', Error: 'PolicyInvalid', Cause: "The policy 'web' is not valid." };

  it('fails and names them all, though everything that could be captured was', async () => {
    const { answer, told } = await summarise({ items: [captured], unusable: [misspelt, broken] });
    const failure = { Error: 'PolicyNotFound', Cause: `${misspelt.Cause} ${broken.Cause}` };
    expect(answer).toMatchObject({ captured: 1, failed: 0, failure });
    expect(told[0]?.message).toContain(failure.Cause);
  });

  it('is measured for each policy by itself', async () => {
    const of = (name: string, result: object) => ({
      ...result,
      Input: JSON.stringify({ instanceId: 'i-1', policy: { name } }),
    });
    const { measured } = await summarise({
      items: [of('gold', captured), of('web', failed(1, 'plain')), of('web', skipped('skip-tag'))],
      policies: [aPolicy(), aPolicy({ name: 'web' })],
    });
    expect(measured).toEqual([
      ...['Selected=1 gold', 'Skipped=0 gold'],
      ...['Selected=2 web', 'Skipped=1 web', 'Failed=1 web StopTimedOut'],
    ]);
  });

  it('fails with what ended it as a whole, where something did', async () => {
    const failure = { Error: 'States.Timeout', Cause: 'too late' };
    expect((await summarise({ unusable: [misspelt], failure })).answer).toMatchObject({ failure });
  });
});

describe('people are told', () => {
  const notify = { topicArn: teamTopic };

  it("by the policy's topic instead of the stack's", async () => {
    const { told } = await summarise({ items: [captured], policies: [aPolicy({ notify })] });
    expect(told.map(({ topicArn }) => topicArn)).toEqual([teamTopic]);
  });

  it('once where two policies name one topic', async () => {
    const { told } = await summarise({
      items: [captured],
      policies: [aPolicy({ notify }), aPolicy({ name: 'web', notify })],
    });
    expect(told.map(({ subject }) => subject)).toEqual(['gold web: 1 captured, 0 skipped, 0 failed of 1']);
  });

  it('nowhere where there is no topic at all', async () => {
    const { told } = await summarise({ items: [captured], topicArn: '' });
    expect(told).toEqual([]);
  });
});

it('results that are not what Step Functions writes are an error, not a good run', async () => {
  await expect(summarise({ items: [{ Status: 'SUCCEEDED', Output: '{"outcome":"lost"}' }] })).rejects.toThrow();
  await expect(summarise({ items: [{ Status: 'SUCCEEDED', Output: 'no JSON' }] })).rejects.toThrow();
});
