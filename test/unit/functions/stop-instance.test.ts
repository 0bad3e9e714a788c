import { describe, expect, it } from 'vitest';
import { contract, makeStopInstance } from '../../../functions/stop-instance/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { type Instance, type Lease, leaseOf, leaseTags } from '../../../shared/domain/instance.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import {
  after,
  anInstance,
  anotherExecution,
  beginning,
  executionId,
  instanceId,
  leasedTo,
} from '../domain/examples.ts';
import { fakeInstances, throttled, within } from './fakes.ts';

type Instances = ReturnType<typeof fakeInstances>;

const withInstance = (instance: Partial<Instance> = {}): Instances => fakeInstances(anInstance(instance));

const stop = (instances: Instances, abandonedLease: string | null = null) =>
  within(
    contract,
    makeStopInstance({ instances }),
  )({
    executionId,
    instanceId,
    leaseMinutes: 120,
    abandonedLease,
    now: beginning,
  });

describe('an instance that is to be stopped', () => {
  it('is claimed first, so that its tags tell who must start it should all else fail', async () => {
    const instances = withInstance();
    expect(await stop(instances)).toMatchObject({ action: 'stopping' });
    expect(instances.calls).toEqual(['writeLease', 'stop']);
    expect(leaseOf(instances.tagsOf(instanceId))).toEqual({
      executionId,
      restartBy: after(120 * 60),
      launchedAt: anInstance().launchedAt,
    });
  });

  it('is not stopped when the claim cannot be written', async () => {
    const instances = withInstance();
    const denied = new LifecycleError('AccessDenied', 'CreateTags');
    const writeLease = async () => {
      throw denied;
    };
    await expect(stop({ ...instances, writeLease })).rejects.toBe(denied);
    expect(instances.calls).toEqual([]);
  });

  it('is stopped by a repeated call that finds only its claim', async () => {
    const instances = withInstance({ tags: leasedTo(executionId) });
    expect(await stop(instances)).toMatchObject({ action: 'stopping' });
    expect(instances.calls).toEqual(['writeLease', 'stop']);
  });

  it.each(['stopping', 'stopped'] as const)('is %s already for a repeated call', async (state) => {
    const instances = withInstance({ state, tags: leasedTo(executionId) });
    expect(await stop(instances)).toMatchObject({ action: 'stopping' });
    expect(instances.calls).toEqual([]);
  });
});

describe('an instance is not touched', () => {
  it('while another holds it', async () => {
    const instances = withInstance({ tags: leasedTo(anotherExecution) });
    expect(await stop(instances)).toEqual({
      action: 'yielded',
      waitSeconds: pollSeconds('image', beginning, beginning),
    });
    expect(instances.calls).toEqual([]);
  });

  it('while another holds it than the one who was waited for in vain', async () => {
    const instances = withInstance({ tags: leasedTo(anotherExecution) });
    expect(await stop(instances, `${anotherExecution}-2`)).toMatchObject({ action: 'yielded' });
    expect(instances.calls).toEqual([]);
  });

  it.each(['stopping', 'stopped', 'pending'] as const)('when somebody else made it %s in between', async (state) => {
    const instances = withInstance({ state });
    expect(await stop(instances)).toMatchObject({ action: 'changed' });
    expect(instances.calls).toEqual([]);
  });

  it.each(['ami-lifecycle:skip', 'aws:autoscaling:groupName'])('when it has got the tag %s since', async (key) => {
    const instances = withInstance({ tags: { 'ami-lifecycle:policy': 'gold', [key]: 'since' } });
    expect(await stop(instances)).toMatchObject({ action: 'changed' });
    expect(instances.calls).toEqual([]);
  });

  it('when it starts again under our own lease', async () => {
    const instances = withInstance({ state: 'pending', tags: leasedTo(executionId) });
    expect(await stop(instances)).toMatchObject({ action: 'changed' });
  });
});

describe('an instance that its owner starts anew', () => {
  it('while its stop is tried again is stopped under a lease of that launch', async () => {
    const instances = withInstance({ tags: leasedTo(executionId), launchedAt: after(240) });
    expect(await stop(instances)).toMatchObject({ action: 'stopping' });
    expect(leaseOf(instances.tagsOf(instanceId))?.launchedAt).toBe(after(240));
  });

  it('while it is being claimed is looked at again', async () => {
    const instances = withInstance();
    const writeLease = async (id: string, lease: Lease): Promise<void> => {
      await instances.writeLease(id, lease);
      instances.change(id, { launchedAt: after(1) });
    };
    expect(await stop({ ...instances, writeLease })).toMatchObject({ action: 'changed' });
    expect(instances.calls).toEqual(['writeLease']);
  });
});

describe('an instance that was stopped in a later launch than its lease named', () => {
  const owners = after(240);
  const hasNamed = (instances: Instances) => leaseOf(instances.tagsOf(instanceId));

  it('as both looks before showed an earlier one, has its lease written anew', async () => {
    const instances = withInstance();
    const stopping = async (id: string): Promise<void> => {
      await instances.stop(id);
      instances.change(id, { launchedAt: owners });
    };
    expect(await stop({ ...instances, stop: stopping })).toMatchObject({ action: 'stopping' });
    expect(instances.calls).toEqual(['writeLease', 'stop', 'writeLease']);
    expect(hasNamed(instances)).toEqual({ executionId, restartBy: after(120 * 60), launchedAt: owners });
  });

  it.each(['stopping', 'stopped'] as const)(
    'has it written anew by a repeated call that finds it %s',
    async (state) => {
      const lease = { executionId, restartBy: after(7200), launchedAt: after(-600) };
      const instances = withInstance({ state, tags: leaseTags(lease), launchedAt: owners });
      expect(await stop(instances)).toMatchObject({ action: 'stopping' });
      expect(instances.calls).toEqual(['writeLease']);
      expect(hasNamed(instances)).toEqual({ ...lease, launchedAt: owners });
    },
  );

  it.each([
    ['the look is older than the lease', { launchedAt: after(-86_400) }],
    ['EC2 tells no launch', { launchedAt: '' }],
    ['another holds it by then', { launchedAt: owners, tags: leasedTo(anotherExecution) }],
    ['it is terminated by then', { launchedAt: owners, state: 'terminated' }],
  ] as const)('keeps its lease where %s', async (_says, shown) => {
    const instances = withInstance({ launchedAt: beginning });
    const stopping = async (id: string): Promise<void> => {
      await instances.stop(id);
      instances.change(id, shown);
    };
    expect(await stop({ ...instances, stop: stopping })).toMatchObject({ action: 'stopping' });
    expect(instances.calls).toEqual(['writeLease', 'stop']);
  });

  it('is stopped again by nobody where that look fails: the repeated call writes the lease', async () => {
    const instances = withInstance();
    const stopping = async (id: string): Promise<void> => {
      await instances.stop(id);
      instances.change(id, { launchedAt: owners });
    };
    const describe = async (id: string) => {
      if (instances.calls.includes('stop')) throw throttled;
      return instances.describe(id);
    };
    await expect(stop({ ...instances, describe, stop: stopping })).rejects.toBe(throttled);
    expect(await stop(instances)).toMatchObject({ action: 'stopping' });
    expect(instances.calls).toEqual(['writeLease', 'stop', 'writeLease']);
    expect(hasNamed(instances)?.launchedAt).toBe(owners);
  });
});

describe('a lease that was waited for in vain', () => {
  it('is replaced', async () => {
    const instances = withInstance({ tags: leasedTo(anotherExecution) });
    expect(await stop(instances, anotherExecution)).toMatchObject({ action: 'stopping' });
    expect(leaseOf(instances.tagsOf(instanceId))?.executionId).toBe(executionId);
  });
});

describe('two executions that claim an instance at once', () => {
  const claimedBetween = (holder: string): Instances => {
    const instances = withInstance();
    const writeLease = async (id: string, lease: Lease): Promise<void> => {
      await instances.writeLease(id, lease);
      instances.change(id, { tags: leasedTo(holder) });
    };
    return { ...instances, writeLease };
  };

  it('do not both stop it: who sees the other there yields', async () => {
    const instances = claimedBetween(anotherExecution);
    expect(await stop(instances)).toMatchObject({ action: 'yielded' });
    expect(instances.calls).toEqual(['writeLease']);
  });

  it('do not both yield: who finds itself there stops it', async () => {
    const instances = claimedBetween(executionId);
    expect(await stop(instances)).toMatchObject({ action: 'stopping' });
  });
});

describe('an instance that cannot be stopped', () => {
  it.each(['terminated', 'shutting-down', 'unknown'] as const)(
    'because it is %s is reported as gone',
    async (state) => {
      const instances = state === 'unknown' ? fakeInstances() : withInstance({ state });
      await expect(stop(instances)).rejects.toMatchObject({ name: 'InstanceGone', details: { instanceId } });
      expect(instances.calls).toEqual([]);
    },
  );

  it('because EC2 refuses keeps its claim, so that its restart is nobody else’s', async () => {
    const instances = withInstance();
    const refused = new LifecycleError('StopRefused', 'it has stop protection');
    const refuse = async () => {
      throw refused;
    };
    await expect(stop({ ...instances, stop: refuse })).rejects.toBe(refused);
    expect(leaseOf(instances.tagsOf(instanceId))?.executionId).toBe(executionId);
  });
});
