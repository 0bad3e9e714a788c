import { expect, it } from 'vitest';
import { attemptsOf } from '../definition.ts';
import { errorsOf, mishapCalled } from '../mishaps.ts';
import { callsIn } from '../report.ts';
import { fails } from '../tasks.ts';
import { startedAt } from '../world.ts';
import { capture, itemOf, run } from './run.ts';

const hundred = Array.from({ length: 100 }, (_, index) =>
  itemOf({ instanceId: `i-000000000000000${String(index).padStart(2, '0')}` }),
);

/** The run around the instances. */
export function runs(): void {
  it('looks at the time it is started, for whatever it is started by', async () => {
    const event = {
      'detail-type': 'Step Functions Execution Status Change',
      source: 'aws.states',
      detail: { executionArn: capture, status: 'ABORTED', output: null },
    };
    for (const input of [{}, { scheduledAt: startedAt }, event]) {
      const done = await run({ input });
      expect(callsIn('FindStranded', done).map(({ payload }) => payload)).toMatchObject([
        { event: input, now: startedAt },
      ]);
      expect(done.status).toBe('SUCCEEDED');
    }
  });

  it('goes through no Map where nothing is stranded, and says nothing', async () => {
    const done = await run({ items: [] });
    expect(done.states).toEqual(['FindStranded', 'AnyStranded', 'RunSucceeded']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', told: [], transitions: 3 });
  });

  it.each(errorsOf('FindStranded'))(
    'fails when the look fails with %s, and leaves the message to the alarm',
    async (error) => {
      const done = await run({ tasks: { FindStranded: () => mishapCalled(error) } });
      expect(callsIn('FindStranded', done)).toHaveLength(attemptsOf('rescue-instances', 'FindStranded', error));
      expect(done).toMatchObject({ status: 'FAILED', error, told: [], children: [] });
    },
  );

  it('fails when its items are not to be had', async () => {
    const done = await run({
      tasks: {
        FindStranded: [{ stranded: 1, items: { bucket: 'gone', key: 'gone' }, underRescue: 0, unclear: [] }],
      },
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed', told: [] });
  });

  it.each(errorsOf('SummariseRescue'))('fails when the summary fails with %s, with what it did done', async (error) => {
    const done = await run({ tasks: { SummariseRescue: () => mishapCalled(error) } });
    expect(callsIn('SummariseRescue', done)).toHaveLength(attemptsOf('rescue-instances', 'SummariseRescue', error));
    expect(done.children).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(done).toMatchObject({ status: 'FAILED', error });
  });

  it('rescues all that it can when one of a hundred fails, tells of them in one message, and then fails', async () => {
    const [, unlucky] = hundred;
    const done = await run({
      items: hundred,
      tasks: {
        StartInstance: ({ instanceId }) =>
          instanceId === unlucky?.instanceId ? fails('AccessDenied', 'No.') : undefined,
      },
    });
    expect(done.children.map(({ status }) => status)).toEqual(
      hundred.map((item) => (item === unlucky ? 'FAILED' : 'SUCCEEDED')),
    );
    expect(done.told).toHaveLength(1);
    expect(done).toMatchObject({ status: 'FAILED', error: 'RescueFailed' });
    expect(done.cause).toContain(`${unlucky?.instanceId} AccessDenied: No.`);
  });

  it('fails without a message where people know of the failure already', async () => {
    const done = await run({
      items: [itemOf({ tellsFailure: false })],
      tasks: { StartInstance: () => fails('AccessDenied', 'No.') },
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'RescueFailed', told: [] });
  });
}
