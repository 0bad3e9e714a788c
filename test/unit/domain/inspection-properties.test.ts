import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InspectionInput, inspect, type Verdict } from '../../../shared/domain/inspection.ts';
import type { InstanceState } from '../../../shared/domain/instance.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import {
  after,
  anImage,
  anInstance,
  anotherExecution,
  aPolicy,
  beginning,
  executionId,
  leasedTo,
  slot,
} from './examples.ts';

const twoHours = 2 * 60 * 60;
const states: InstanceState[] = ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'];

const facts = fc.record({
  autoScalingGroup: fc.constantFrom(undefined, undefined, 'web'),
  spotRequest: fc.constantFrom(undefined, 'persistent' as const, 'one-time' as const),
  isStopProtected: fc.boolean(),
  hasInstanceStore: fc.boolean(),
});
const tags = fc
  .tuple(
    fc.constantFrom({}, leasedTo(executionId), leasedTo(anotherExecution), { [tagKeys.stoppedBy]: anotherExecution }),
    fc.constantFrom({}, {}, {}, { [tagKeys.skip]: 'later' }),
  )
  .map(([lease, skip]) => ({ [tagKeys.policy]: 'gold', ...lease, ...skip }));
const policy = fc
  .record({
    consistency: fc.constantFrom('stop', 'stop', 'reboot', 'crash'),
    ifUnstoppable: fc.constantFrom('crash', 'skip'),
    excludeDevices: fc.constantFrom<string[][]>([], [], ['/dev/sdf'], ['/dev/xvda']),
  })
  .map((capture) => aPolicy({ capture }));
const inputs: fc.Arbitrary<InspectionInput> = fc.record({
  instance: fc
    .record({
      state: fc.constantFrom(...states, 'running' as const, 'running' as const, 'stopped' as const),
      tags,
      rootDeviceType: fc.constantFrom('ebs' as const, 'ebs' as const, 'instance-store' as const),
      isSpot: fc.boolean(),
      hasTemporaryAddress: fc.boolean(),
    })
    .map((different) => anInstance(different)),
  facts,
  policy,
  slot: fc.constant(slot),
  executionId: fc.constant(executionId),
  existing: fc.constantFrom(
    undefined,
    undefined,
    anImage(),
    anImage({ state: 'pending' }),
    anImage({ state: 'failed' }),
    anImage({ tags: {} }),
  ),
  since: fc.constant(beginning),
  now: fc.oneof(fc.nat(twoHours - 1), fc.integer({ min: twoHours, max: 4 * twoHours })).map(after),
});

/** Holds for every instance, whatever AWS and the policy say of it. */
function always(rule: (input: InspectionInput, verdict: Verdict) => void): void {
  fc.assert(
    fc.property(inputs, (input) => rule(input, inspect(input))),
    { numRuns: 3000 },
  );
}

const isOthers = ({ instance }: InspectionInput): boolean => instance.tags[tagKeys.stoppedBy] === anotherExecution;
const isPatient = ({ now }: InspectionInput): boolean => Date.parse(now) - Date.parse(beginning) < twoHours * 1000;

describe('whatever an instance is like', () => {
  it('it is never stopped where that would do harm', () => {
    always((input, verdict) => {
      if (verdict.action !== 'stop') return;
      expect(input.facts).toMatchObject({
        autoScalingGroup: undefined,
        isStopProtected: false,
        hasInstanceStore: false,
      });
      expect(input.facts.spotRequest).not.toBe('one-time');
    });
  });

  it('it is stopped only while it runs, and only by a policy that stops', () => {
    always((input, verdict) => {
      if (verdict.action !== 'stop') return;
      expect(input.instance.state).toBe('running');
      expect(input.policy.capture.consistency).toBe('stop');
    });
  });

  it("it is not touched while another's lease is waited for", () => {
    always((input, verdict) => {
      if (isOthers(input) && isPatient(input)) expect(['wait', 'skip']).toContain(verdict.action);
    });
  });

  it('a lease is replaced only where it was waited for in vain, and named', () => {
    always((input, verdict) => {
      if (verdict.action !== 'stop') return;
      expect(verdict.abandonedLease).toBe(isOthers(input) ? anotherExecution : null);
      if (verdict.abandonedLease !== null) expect(isPatient(input)).toBe(false);
    });
  });

  it('it is not rebooted in an Auto Scaling group, nor unless the policy says so', () => {
    always((input, verdict) => {
      if (verdict.action !== 'capture' || verdict.consistency !== 'rebooted') return;
      expect(input.facts.autoScalingGroup).toBeUndefined();
      expect(input.policy.capture.consistency).toBe('reboot');
    });
  });

  it('an image is called stopped only where nobody else may start the instance meanwhile', () => {
    always((input, verdict) => {
      if (verdict.action !== 'capture' || verdict.consistency !== 'stopped') return;
      expect(input.instance.state).toBe('stopped');
      expect(isOthers(input)).toBe(false);
    });
  });

  it('it is not touched against its tag, nor a second time for its slot', () => {
    always((input, verdict) => {
      const isCaptured = input.existing?.state !== 'failed' && input.existing?.tags[tagKeys.slot] === slot;
      if (input.instance.tags[tagKeys.skip] !== undefined || isCaptured) expect(verdict.action).toBe('skip');
    });
  });

  it('nobody waits for ever', () => {
    always((input, verdict) => {
      if (!isPatient(input)) expect(verdict.action).not.toBe('wait');
      if (verdict.action === 'wait') expect(verdict.waitSeconds).toBeGreaterThanOrEqual(1);
    });
  });

  it('the same answers at the same time give the same verdict', () => {
    always((input, verdict) => {
      expect(inspect(structuredClone(input))).toEqual(verdict);
    });
  });
});
