import { describe, expect, it } from 'vitest';
import { contract, makeClaimInstance } from '../../../functions/claim-instance/task.ts';
import { type Instance, leaseOf, leaseTags } from '../../../shared/domain/instance.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anInstance, anotherExecution, executionId as found, instanceId, leasedTo } from '../domain/examples.ts';
import { fakeInstances, within } from './fakes.ts';

const executionId = 'arn:aws:states:eu-west-1:123456789012:execution:rescue-instances/RescueInstances:a';
const overdueSince = after(-60);
const item = {
  instanceId,
  lease: { executionId: found, restartBy: after(3 * 3600), launchedAt: '' },
  holder: 'capture' as const,
  reason: 'the execution that stopped it has ended',
  overdueSince,
  tellsFailure: true,
  stoodStill: true,
};

function scene(different: Partial<Instance> = {}) {
  const instances = fakeInstances(anInstance({ state: 'stopped', tags: leasedTo(found), ...different }));
  const claim = within(contract, makeClaimInstance({ instances }));
  return { instances, claim: (seconds = 0) => claim({ executionId, item, since: after(0), now: after(seconds) }) };
}

describe('A claim', () => {
  it('takes the place of the lease that was found, and counts once it is seen', async () => {
    const { instances, claim } = scene();
    expect(await claim()).toMatchObject({ action: 'claiming' });
    expect(instances.tagsOf(instanceId)).toMatchObject({
      [tagKeys.stoppedBy]: executionId,
      [tagKeys.restartBy]: overdueSince,
    });
    expect(await claim(5)).toMatchObject({ action: 'claimed' });
    expect(instances.calls).toEqual(['writeLease']);
  });

  it('passes on which launch was stopped, by which the next rescue knows its owner’s stop', async () => {
    const launchedAt = after(-7200);
    const tags = leaseTags({ ...item.lease, launchedAt });
    const { instances } = scene({ tags });
    const claim = within(contract, makeClaimInstance({ instances }));
    await claim({
      executionId,
      item: { ...item, lease: { ...item.lease, launchedAt } },
      since: after(0),
      now: after(0),
    });
    expect(leaseOf(instances.tagsOf(instanceId))).toEqual({ executionId, restartBy: overdueSince, launchedAt });
  });

  it.each([
    ['is gone', {}],
    ['is of another execution', leasedTo(anotherExecution)],
    ['was written anew', { ...leasedTo(found), [tagKeys.restartBy]: after(4 * 3600) }],
    ['is of a later launch', leaseTags({ ...item.lease, launchedAt: after(60) })],
  ])('yields where the lease %s', async (_, tags) => {
    const { instances, claim } = scene({ tags });
    expect(await claim()).toMatchObject({ action: 'yielded' });
    expect(instances.calls).toEqual([]);
  });

  it('is not made where the owner stopped what had been started again', async () => {
    const { instances, claim } = scene({ launchedAt: after(3700), stoppedByHandAt: after(3800) });
    expect(await claim()).toMatchObject({ action: 'stopped-by-owner' });
    expect(instances.calls).toEqual([]);
  });

  it('is not made of what is terminated', async () => {
    expect(await scene({ state: 'terminated' }).claim()).toMatchObject({ action: 'gone' });
  });

  it('that is never seen is AwsUnavailable after two minutes: the workflow goes on asking', async () => {
    const { instances, claim } = scene();
    instances.writeLease = async () => undefined;
    expect(await claim(120)).toMatchObject({ action: 'claiming' });
    await expect(claim(121)).rejects.toMatchObject({ name: 'AwsUnavailable' });
  });
});
