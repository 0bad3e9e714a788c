import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../simulator/faults.ts';
import type { ExecutionFacts } from '../../../simulator/states/executions.ts';
import { putUnder } from '../../../simulator/under-clients.ts';
import { errorOf, world } from './world.ts';

const prefix = 'arn:aws:states:us-east-1:111122223333';
const executionArn = `${prefix}:execution:capture-images/CaptureInstances:a1`;

/** One execution of a Map, which runs until somebody stops it. */
function scene(faults: Fault[] = []) {
  const the = world({ faults });
  let stopped: Pick<ExecutionFacts, 'status' | 'stopDate' | 'error' | 'cause'> = { status: 'RUNNING' };
  the.account.runExecutions({
    find: (arn) =>
      arn === executionArn
        ? {
            executionArn,
            stateMachineArn: `${prefix}:stateMachine:capture-images/CaptureInstances`,
            mapRunArn: `${prefix}:mapRun:capture-images/CaptureInstances:m1`,
            name: 'a1',
            startDate: new Date('2026-11-21T02:00:00Z'),
            input: '{"instanceId":"i-1"}',
            ...stopped,
          }
        : undefined,
    stop(_, reason) {
      const stopDate = new Date(the.clock.now());
      stopped = { status: 'ABORTED', stopDate, ...reason };
      return stopDate;
    },
  });
  const client = new SFNClient({ region: 'us-east-1', maxAttempts: 2 });
  putUnder(client);
  return {
    ...the,
    describe: (arn = executionArn) =>
      the.as('find-stranded', () => client.send(new DescribeExecutionCommand({ executionArn: arn }))),
    stop: (reason = {}) => the.as('somebody', () => client.send(new StopExecutionCommand({ executionArn, ...reason }))),
  };
}

describe('An execution that is asked about', () => {
  it('is told as Step Functions tells it, a child of a Map too', async () => {
    expect(await scene().describe()).toMatchObject({
      executionArn,
      status: 'RUNNING',
      startDate: new Date('2026-11-21T02:00:00Z'),
      input: '{"instanceId":"i-1"}',
      mapRunArn: expect.stringContaining(':mapRun:'),
      $metadata: { httpStatusCode: 200 },
    });
  });

  it('is aborted once somebody has stopped it', async () => {
    const the = scene();
    expect(await the.stop({ error: 'Enough', cause: 'by hand' })).toMatchObject({ stopDate: expect.any(Date) });
    expect(await the.describe()).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' });
  });

  it.each([
    [`${prefix}:execution:capture-images:gone`, 'ExecutionDoesNotExist'],
    ['Ada', 'InvalidArn'],
    [`${prefix}:stateMachine:capture-images`, 'InvalidArn'],
    [executionArn.replace('us-east-1', 'eu-west-1'), 'InvalidArn'],
  ])('as %s is refused with %s', async (arn, code) => {
    expect(await errorOf(scene().describe(arn))).toMatchObject({ code, status: 400 });
  });

  it.each([
    ['access-denied', 'AccessDeniedException', 403],
    ['throttled', 'ThrottlingException', 400],
    ['unavailable', 'Unavailable', 503],
  ] as const)('may be refused by a fault: %s is %s', async (fault, code, status) => {
    const the = scene([{ fault, operation: 'DescribeExecution', resource: executionArn }]);
    expect(await errorOf(the.describe())).toMatchObject({ code, status });
  });

  it('is not made up where the account runs none', async () => {
    const the = world();
    const client = new SFNClient({ region: 'us-east-1' });
    putUnder(client);
    const asked = the.as('a', () => client.send(new DescribeExecutionCommand({ executionArn })));
    expect(await errorOf(asked)).toMatchObject({ name: 'NotSimulated' });
  });
});

describe('An event of another service', () => {
  it('is delivered as any, and may be lost', async () => {
    const event = {
      'detail-type': 'Something',
      source: 'aws.states',
      resources: [executionArn],
      detail: { status: 'X' },
    };
    const the = scene();
    the.account.sendEvent(event);
    await the.wait(1);
    expect(the.events).toMatchObject([{ ...event, region: 'us-east-1', account: '111122223333' }]);

    const lost = scene([{ fault: 'lost-event' }]);
    lost.account.sendEvent(event);
    await lost.wait(1);
    expect(lost.events).toEqual([]);
  });
});
