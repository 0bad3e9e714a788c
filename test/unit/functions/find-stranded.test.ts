import { describe, expect, it } from 'vitest';
import { contract, makeFindStranded } from '../../../functions/find-stranded/task.ts';
import type { Instance } from '../../../shared/domain/instance.ts';
import type { HolderState } from '../../../shared/domain/rescue.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anInstance } from '../domain/examples.ts';
import { fakeInstances, throttled, within } from './fakes.ts';

const executions = 'arn:aws:states:eu-west-1:123456789012:execution';
const executionId = `${executions}:rescue-instances:run`;
const capture = `${executions}:capture-images/CaptureInstances`;
const now = after(0);

/** Instances by what their tags say, and what Step Functions says of whoever is named there. */
function scene(list: readonly Instance[], states: Readonly<Record<string, HolderState['status']>> = {}) {
  const written: Record<string, unknown> = {};
  const metrics: Record<string, number> = {};
  const asked: string[] = [];
  const find = within(
    contract,
    makeFindStranded({
      instances: fakeInstances(...list),
      executions: {
        async stateOf(arn) {
          asked.push(arn);
          if (arn.endsWith('throttled')) throw throttled;
          return { status: states[arn] ?? 'lost', startedAt: after(-600), endedAt: after(-60) };
        },
      },
      objects: {
        bucket: 'work',
        async writeJson(key, content) {
          written[key] = content;
        },
      },
      meter: {
        count(name, value) {
          metrics[name] = value;
        },
      },
    }),
  );
  return { find, written, metrics, asked };
}

function standing(name: string, stoppedBy: string | undefined, restartBy: string | undefined = after(3600)): Instance {
  const tags = { [tagKeys.stoppedBy]: stoppedBy, [tagKeys.restartBy]: restartBy };
  return anInstance({
    instanceId: `i-${name}`,
    state: 'stopped',
    stoppedByHandAt: after(-900),
    tags: Object.fromEntries(
      Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  });
}

describe('A look for stranded instances', () => {
  const all = [
    standing('aborted', `${capture}:aborted`),
    standing('healthy', `${capture}:healthy`),
    standing('overdue', `${capture}:overdue`, after(-1)),
    standing('rescued', `${executions}:rescue-instances/RescueInstances:a`, after(-60)),
    standing('half', undefined),
    standing('theirs', 'Ada', after(-1)),
    anInstance({ instanceId: 'i-plain', state: 'stopped' }),
  ];
  const states = {
    [`${capture}:aborted`]: 'ended',
    [`${capture}:healthy`]: 'running',
    [`${executions}:rescue-instances/RescueInstances:a`]: 'running',
  } as const;

  it('finds them, and tells those under rescue and those of which nothing is clear', async () => {
    const { find, written, metrics } = scene(all, states);
    expect(await find({ executionId, event: { scheduledAt: now }, now })).toEqual({
      stranded: 2,
      items: { bucket: 'work', key: 'runs/run/items.json' },
      underRescue: 1,
      unclear: ['i-theirs', 'i-half'],
    });
    expect(written['runs/run/items.json']).toEqual([
      {
        instanceId: 'i-aborted',
        lease: { executionId: `${capture}:aborted`, restartBy: after(3600), launchedAt: '' },
        holder: 'capture',
        reason: 'the execution that stopped it has ended',
        overdueSince: after(-60),
        tellsFailure: true,
        stoodStill: true,
      },
      expect.objectContaining({ instanceId: 'i-overdue', reason: 'its deadline is over', overdueSince: after(-1) }),
    ]);
    expect(metrics).toEqual({ Stranded: 3, LeasesUnclear: 2 });
  });

  it('asks about executions on whose answer something depends, and no others', async () => {
    const { find, asked } = scene(all, states);
    await find({ executionId, event: {}, now });
    expect(asked).toEqual([
      `${capture}:aborted`,
      `${capture}:healthy`,
      `${executions}:rescue-instances/RescueInstances:a`,
    ]);
  });

  it('writes nothing where there are none, and counts zero', async () => {
    const { find, written, metrics } = scene([anInstance()]);
    expect(await find({ executionId, event: {}, now })).toEqual({
      stranded: 0,
      items: null,
      underRescue: 0,
      unclear: [],
    });
    expect(written).toEqual({});
    expect(metrics).toEqual({ Stranded: 0, LeasesUnclear: 0 });
  });

  it('after an execution looks for what that has left, and counts nothing', async () => {
    const event = {
      'detail-type': 'Step Functions Execution Status Change' as const,
      detail: { executionArn: `${capture}:aborted`, status: 'ABORTED' },
    };
    const { find, written, metrics, asked } = scene(all, states);
    expect(await find({ executionId, event, now })).toMatchObject({ stranded: 1, underRescue: 0, unclear: [] });
    expect(written['runs/run/items.json']).toMatchObject([{ instanceId: 'i-aborted' }]);
    expect(asked).toEqual([`${capture}:aborted`]);
    expect(metrics).toEqual({});
  });

  it('does not count an instance that runs, and of which only the lease was left', async () => {
    const left = { ...standing('left', `${capture}:left`, after(-1)), state: 'running' } as const;
    const { find, written, metrics } = scene([left]);
    await find({ executionId, event: {}, now });
    expect(written['runs/run/items.json']).toMatchObject([{ instanceId: 'i-left', stoodStill: false }]);
    expect(metrics).toMatchObject({ Stranded: 0 });
  });

  it('fails as a whole where Step Functions is throttled: what is not known now is known soon', async () => {
    const { find } = scene([standing('web', `${capture}:throttled`)]);
    await expect(find({ executionId, event: {}, now })).rejects.toBe(throttled);
  });

  it('understands nothing but a schedule, a hand and the end of an execution', () => {
    for (const event of [{ policy: 'gold' }, { 'detail-type': 'Tag Change on Resource', detail: {} }, null]) {
      expect(contract.input.safeParse({ executionId, event, now }).success).toBe(false);
    }
  });
});
