import { describe, expect, it } from 'vitest';
import { contract, makeSelectInstances } from '../../../functions/select-instances/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anInstance, aPolicy, executionId, instanceId, slot } from '../domain/examples.ts';
import { fakeInstances, throttled, within } from './fakes.ts';

const tagged = (id: string, value: string) => anInstance({ instanceId: id, tags: { [tagKeys.policy]: value } });
const fleet = [tagged('i-00000001', 'gold'), tagged('i-00000002', 'web gold'), tagged('i-00000003', 'golden')];

function selecting(policies: NamedPolicy[] = [aPolicy()], instances = fakeInstances(...fleet)) {
  const written = new Map<string, unknown>();
  const find = async (name: string): Promise<NamedPolicy> => {
    const policy = policies.find((each) => each.name === name);
    if (!policy) throw new LifecycleError('PolicyNotFound', `No policy is called '${name}'.`);
    return policy;
  };
  const writeJson = async (key: string, content: unknown): Promise<void> => {
    written.set(key, content);
  };
  const objects = { bucket: 'work', writeJson };
  const task = makeSelectInstances({ region: 'eu-west-1', policies: { find }, instances, objects });
  type Event = Parameters<typeof task>[0]['event'];
  const select = (event: Event) => within(contract, task)({ executionId, event });
  return { instances, written, select, items: () => [...written.values()][0] };
}

const nightly = { policy: 'gold', scheduledAt: '2026-11-21T04:00:00+01:00' };

function taggingOf(id: string, value: string) {
  return {
    'detail-type': 'Tag Change on Resource' as const,
    time: '2026-11-21T12:00:07Z',
    resources: [`arn:aws:ec2:eu-west-1:123456789012:instance/${id}`],
    detail: { tags: { [tagKeys.policy]: value, Name: 'db-1' } },
  };
}

describe('a scheduled run', () => {
  it('takes the instances whose tag has the policy as a word', async () => {
    const { items, select, written } = selecting();
    expect(await select(nightly)).toEqual({
      slot,
      policies: { gold: aPolicy() },
      unusable: [],
      selected: 2,
      concurrency: 20,
      items: { bucket: 'work', key: 'runs/ours/items.json' },
    });
    expect([...written.keys()]).toEqual(['runs/ours/items.json']);
    expect(items()).toEqual([
      { policy: 'gold', instanceId: 'i-00000001' },
      { policy: 'gold', instanceId: 'i-00000002' },
    ]);
  });

  it('takes only the instances that were asked for by hand, if they are of the policy', async () => {
    const { items, select } = selecting();
    expect(await select({ ...nightly, instanceIds: ['i-00000002', 'i-00000003'] })).toMatchObject({ selected: 1 });
    expect(items()).toEqual([{ policy: 'gold', instanceId: 'i-00000002' }]);
  });

  it('takes instances by other tags where the policy says so', async () => {
    const live = {
      schedule: { cron: 'rate(1 day)', onTagged: false },
      select: { tags: { stage: 'live*', team: 'a' } },
    };
    const matching = anInstance({ tags: { stage: 'live-1', team: 'a' } });
    const instances = fakeInstances(
      matching,
      anInstance({ instanceId: 'i-00000002', tags: { stage: 'live-2', team: 'b' } }),
    );
    const { items, select } = selecting([aPolicy(live)], instances);
    await select(nightly);
    expect(items()).toEqual([{ policy: 'gold', instanceId }]);
    expect(instances.calls).toEqual(['listTagged stage']);
  });

  it('that finds none says so, and is no failure', async () => {
    const { items, select } = selecting([aPolicy()], fakeInstances());
    expect(await select(nightly)).toMatchObject({ selected: 0 });
    expect(items()).toEqual([]);
  });

  it('fails when its policy is not known', async () => {
    await expect(selecting([]).select(nightly)).rejects.toMatchObject({ name: 'PolicyNotFound' });
  });

  it('fails before anything is done when the policy copies to where its images are made', async () => {
    const { select, written } = selecting([aPolicy({ copies: [{ region: 'eu-west-2' }, { region: 'eu-west-1' }] })]);
    await expect(select(nightly)).rejects.toMatchObject({
      name: 'PolicyInvalid',
      details: { policy: 'gold', region: 'eu-west-1' },
    });
    expect(written.size).toBe(0);
  });

  it('leaves AWS to refuse a policy that is not valid', async () => {
    const invalid = new LifecycleError('PolicyInvalid', 'its parameter holds no JSON');
    const find = async () => {
      throw invalid;
    };
    const objects = { bucket: 'work', writeJson: async () => {} };
    const task = makeSelectInstances({ region: 'eu-west-1', policies: { find }, instances: fakeInstances(), objects });
    await expect(task({ executionId, event: nightly })).rejects.toBe(invalid);
  });
});

describe('an instance that is tagged', () => {
  const policies = [
    aPolicy(),
    aPolicy({ name: 'web', capture: { concurrency: 50 } }),
    aPolicy({ name: 'night', schedule: { cron: 'rate(1 day)', onTagged: false } }),
  ];

  it('is captured at once under every policy that its tag names, and no other instance is', async () => {
    const { items, select } = selecting(policies);
    expect(await select(taggingOf('i-00000002', 'web gold'))).toMatchObject({
      slot: '20261121T1200Z',
      selected: 2,
      concurrency: 50,
    });
    expect(items()).toEqual([
      { policy: 'web', instanceId: 'i-00000002' },
      { policy: 'gold', instanceId: 'i-00000002' },
    ]);
  });

  it('is captured once under a policy that its tag names twice', async () => {
    const { select } = selecting(policies, fakeInstances(tagged('i-00000001', 'gold gold')));
    expect(await select(taggingOf('i-00000001', 'gold  gold'))).toMatchObject({ selected: 1 });
  });

  it('is left to the schedule of a policy that does not capture on tagging', async () => {
    const { select } = selecting(policies, fakeInstances(tagged('i-00000001', 'night')));
    expect(await select(taggingOf('i-00000001', 'night'))).toMatchObject({ selected: 0, policies: {}, concurrency: 1 });
  });

  it('is taken at the word of its event, as EC2 may not show the tag yet', async () => {
    const { items, select } = selecting(policies, fakeInstances());
    expect(await select(taggingOf('i-00000003', 'gold'))).toMatchObject({ selected: 1 });
    expect(items()).toEqual([{ policy: 'gold', instanceId: 'i-00000003' }]);
  });

  it('keeps its other policies when one name in its tag is misspelt, and the run hears of it', async () => {
    const { items, select } = selecting(policies, fakeInstances(tagged('i-00000001', 'gold silver')));
    expect(await select(taggingOf('i-00000001', 'silver gold'))).toMatchObject({
      selected: 1,
      unusable: [{ policy: 'silver', Error: 'PolicyNotFound', Cause: "No policy is called 'silver'." }],
    });
    expect(items()).toEqual([{ policy: 'gold', instanceId: 'i-00000001' }]);
  });

  it('keeps its other policies when one cannot be followed here', async () => {
    const circular = aPolicy({ name: 'web', copies: [{ region: 'eu-west-1' }] });
    const { select } = selecting([aPolicy(), circular]);
    expect(await select(taggingOf('i-00000002', 'web gold'))).toMatchObject({
      selected: 1,
      unusable: [{ policy: 'web', Error: 'PolicyInvalid', Cause: expect.stringContaining('eu-west-1') }],
    });
  });

  it('fails at once when the only policy that its tag names is not known', async () => {
    await expect(selecting(policies).select(taggingOf('i-00000001', 'silver'))).rejects.toMatchObject({
      name: 'PolicyNotFound',
    });
  });

  it('is tried again as a whole when AWS does not answer: its policies are not called unusable', async () => {
    const find = async (name: string): Promise<NamedPolicy> => {
      if (name === 'web') throw throttled;
      return aPolicy();
    };
    const objects = { bucket: 'work', writeJson: async () => {} };
    const task = makeSelectInstances({ region: 'eu-west-1', policies: { find }, instances: fakeInstances(), objects });
    await expect(task({ executionId, event: taggingOf('i-00000002', 'web gold') })).rejects.toBe(throttled);
  });

  it.each([
    ['has an empty tag', taggingOf('i-00000001', ' ')],
    ['lost the tag again', { ...taggingOf('i-00000001', ''), detail: { tags: {} } }],
  ])('selects nothing when it %s', async (_says, event) => {
    expect(await selecting(policies).select(event)).toMatchObject({ selected: 0, policies: {} });
  });
});

describe('what may start a run', () => {
  it.each<[says: string, event: unknown]>([
    ['nothing at all', {}],
    ['a time without a zone', { ...nightly, scheduledAt: '2026-11-21T04:00:00' }],
    ['no instances', { ...nightly, instanceIds: [] }],
    ['what is no instance', { ...nightly, instanceIds: ['web-1'] }],
    ['a misspelt key', { ...nightly, instances: [instanceId] }],
    [
      'the tagging of a volume',
      { ...taggingOf('i-1', 'gold'), resources: ['arn:aws:ec2:eu-west-1:123456789012:volume/vol-1'] },
    ],
    ['the tagging of two instances', { ...taggingOf('i-1', 'gold'), resources: [arn(1), arn(2)] }],
    ['another event', { ...taggingOf('i-00000001', 'gold'), 'detail-type': 'EC2 AMI State Change' }],
  ])('is not %s', (_says, event) => {
    expect(contract.input.safeParse({ executionId, event }).success).toBe(false);
  });
});

function arn(number: number): string {
  return `arn:aws:ec2:eu-west-1:123456789012:instance/i-0000000${number}`;
}
