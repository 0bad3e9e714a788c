import { expect, it } from 'vitest';
import { contract, makeReleaseLease } from '../../../functions/release-lease/task.ts';
import type { Instance } from '../../../shared/domain/instance.ts';
import { anInstance, anotherExecution, executionId, instanceId, leasedTo } from '../domain/examples.ts';
import { fakeInstances, within } from './fakes.ts';

async function release(...list: Instance[]) {
  const instances = fakeInstances(...list);
  const answer = await within(contract, makeReleaseLease({ instances }))({ executionId, instanceId });
  return { ...answer, calls: instances.calls };
}

it('the lease of this execution is taken from the instance', async () => {
  const instance = anInstance({ tags: leasedTo(executionId) });
  expect(await release(instance)).toEqual({ released: true, calls: [`removeLease ${executionId}`] });
});

it('a second call finds it done', async () => {
  expect(await release(anInstance())).toEqual({ released: false, calls: [] });
});

it("another's lease stays", async () => {
  expect(await release(anInstance({ tags: leasedTo(anotherExecution) }))).toEqual({ released: false, calls: [] });
});

it('an instance that is gone has no lease', async () => {
  expect(await release()).toEqual({ released: false, calls: [] });
});
