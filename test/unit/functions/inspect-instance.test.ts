import { describe, expect, it } from 'vitest';
import { contract, makeInspectInstance } from '../../../functions/inspect-instance/task.ts';
import type { Image } from '../../../shared/domain/image.ts';
import type { Instance, StopFacts } from '../../../shared/domain/instance.ts';
import {
  after,
  anImage,
  anInstance,
  anotherExecution,
  aPolicy,
  beginning,
  executionId,
  imageId,
  instanceId,
  leasedTo,
  slot,
  stopFacts,
} from '../domain/examples.ts';
import { fakeImages, fakeInstances, within } from './fakes.ts';

interface Case {
  instance?: Partial<Instance> | 'unknown';
  facts?: Partial<StopFacts>;
  image?: Image;
  policy?: Record<string, unknown>;
  attempt?: number;
  waitedSeconds?: number;
}

async function look({ instance = {}, facts, image, policy, attempt = 1, waitedSeconds = 0 }: Case) {
  const instances = {
    ...fakeInstances(...(instance === 'unknown' ? [] : [anInstance(instance)])),
    stopFacts: async () => stopFacts(facts),
  };
  const images = fakeImages(...(image ? [image] : []));
  const inspectInstance = within(contract, makeInspectInstance({ region: 'eu-west-1', instances, images }));
  const times = { since: beginning, now: after(waitedSeconds) };
  const answer = await inspectInstance({ executionId, instanceId, policy: aPolicy(policy), slot, attempt, ...times });
  expect([instances.calls, images.calls, images.requests]).toEqual([[], [], []]);
  return answer;
}

describe('an instance that is inspected', () => {
  it('is to be stopped, with all that the workflow needs for its capture', async () => {
    expect(await look({ policy: { copies: [{ region: 'eu-west-2' }] } })).toEqual({
      action: 'stop',
      reason: 'policy',
      consistency: 'stopped',
      holdsLease: false,
      notices: [],
      targets: [{ region: 'eu-west-2', copy: true, kmsKeyId: null, withinMinutes: null, audience: null }],
      leaseMinutes: 120,
      abandonedLease: null,
    });
  });

  it('is to be captured as it is where a stop would do harm', async () => {
    expect(await look({ facts: { autoScalingGroup: 'web' } })).toMatchObject({
      action: 'capture',
      consistency: 'crash',
      reason: 'member-of-auto-scaling-group',
    });
  });

  it('is waited for while another holds it', async () => {
    const instance = { tags: leasedTo(anotherExecution) };
    expect(await look({ instance })).toEqual({
      action: 'wait',
      holdsLease: false,
      reason: 'leased-by-another',
      waitSeconds: expect.any(Number),
    });
    expect(await look({ instance, waitedSeconds: 7200 })).toMatchObject({
      action: 'stop',
      abandonedLease: anotherExecution,
    });
  });

  it('is left alone when its slot is captured', async () => {
    expect(await look({ image: anImage() })).toEqual({
      action: 'skip',
      holdsLease: false,
      reason: 'slot-already-captured',
      explanation: expect.stringContaining(imageId),
    });
  });
});

describe.each(['terminated', 'shutting-down', 'unknown'] as const)('an instance that is %s', (state) => {
  const instance = state === 'unknown' ? state : { state };

  it('is skipped, as there is nothing to capture', async () => {
    expect(await look({ instance })).toMatchObject({ action: 'skip', reason: 'instance-gone' });
  });

  it('is a loss once its first image had failed', async () => {
    await expect(look({ instance, attempt: 2 })).rejects.toMatchObject({ name: 'InstanceGone' });
  });
});

describe('an instance that carries our lease', () => {
  it('is ours to start again, whatever else is decided', async () => {
    const tags = { ...leasedTo(executionId), 'ami-lifecycle:skip': 'being moved' };
    expect(await look({ instance: { state: 'stopped', tags } })).toMatchObject({ action: 'skip', holdsLease: true });
    expect(await look({ instance: { state: 'stopped', tags: leasedTo(executionId) } })).toMatchObject({
      action: 'capture',
      holdsLease: true,
    });
  });
});
