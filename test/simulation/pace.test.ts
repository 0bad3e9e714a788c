import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import { given, type Story } from './story.ts';

const names = ['one', 'two', 'three', 'four', 'five', 'six'];

/** When each capture entered and left its wait, in milliseconds since the first of them. */
function turns({ stack }: Story): { fromMs: number; untilMs: number }[] {
  const waits = stack.engine
    .listExecutions()
    .filter(({ executionArn }) => executionArn.includes('CaptureInstances'))
    .map(({ executionArn }) => {
      const history = stack.engine.getExecutionHistory(executionArn);
      const at = (type: string): number =>
        history.find((event) => event.type === type)?.timestamp.getTime() ?? Number.NaN;
      return { fromMs: at('WaitStateEntered'), untilMs: at('WaitStateExited') };
    })
    .toSorted((left, right) => left.untilMs - right.untilMs);
  const firstMs = waits[0]?.fromMs ?? Number.NaN;
  return waits.map(({ fromMs, untilMs }) => ({ fromMs: fromMs - firstMs, untilMs: untilMs - firstMs }));
}

describe('Many instances that are due at once', () => {
  it('are captured one after the other, seven tenths of a second apart, so that EC2 can start them as fast', async () => {
    const story = await given({ servers: names.map((name) => server(name)), policies: [policy('gold')] });
    await story.capture('gold');
    const lateMs = turns(story).map(({ untilMs }, place) => untilMs - 700 * place);
    expect(lateMs).toHaveLength(names.length);
    // Step Functions wakes by the whole second.
    for (const late of lateMs) expect(Math.abs(late)).toBeLessThan(1000);
  });

  it('do not wait for a turn that is over', async () => {
    const story = await given({
      servers: names.map((name) => server(name)),
      policies: [policy('gold', { capture: { concurrency: 1 } })],
    });
    await story.capture('gold');
    expect(turns(story).map(({ fromMs, untilMs }) => untilMs - fromMs)).toEqual(names.map(() => 0));
  });
});
