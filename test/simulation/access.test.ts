import { describe, expect, it } from 'vitest';
import { database, policy } from '../../explore/servers.ts';
import { build } from '../../explore/world.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Beginning, given, type Story } from './story.ts';

/** A persistent spot instance, so that every question about it is asked; its first image fails. */
const server = database({ changes: { InstanceLifecycle: 'spot' }, extras: { spotRequestType: 'persistent' } });

const everything: Beginning = {
  policies: [policy('gold', { copies: [{ region: 'eu-west-3' }], share: { accounts: ['123456789012'] } })],
  servers: [server],
  behaviour: { failedImagesForgetSnapshots: false },
};
const imageFails: Fault = { fault: 'image-fails', nth: 1 };

const happy = await build({ ...everything, faults: [imageFails] });
await happy.capture('gold');
const rights = Object.entries(happy.account.calls.byCaller).flatMap(([caller, calls]) =>
  Object.keys(calls).map((call) => ({ caller, operation: call.split(':')[1] ?? '' })),
);
const operations = [...new Set(rights.map(({ operation }) => operation))];

describe('A capture with all rights', () => {
  it('uses so many that this file means something', () => {
    expect(happy.lastRun().status).toBe('SUCCEEDED');
    expect(operations.length).toBeGreaterThanOrEqual(20);
    expect(rights.length).toBeGreaterThanOrEqual(30);
  });
});

/** What one missing right leaves behind: nobody else holds the right that would clear it away. */
function leftWithout(caller: string, operation: string): Pick<Beginning, 'mayLeave' | 'mayBreak'> {
  const cannotStart = caller === 'start-instance' || operation === 'StartInstances';
  // The lease stays and tells who must look; what has begun is not waited for.
  const cannotFollow = ['check-instance', 'release-lease'].includes(caller) || operation === 'DeleteTags';
  const cannotSee = caller === 'check-image';
  const cannotDiscard = caller === 'discard-image';
  return {
    mayLeave: [
      ...(cannotStart ? (['standing instances'] as const) : []),
      ...(cannotStart || cannotFollow ? (['leases'] as const) : []),
      ...(cannotStart || cannotFollow || cannotSee || cannotDiscard ? (['failed images'] as const) : []),
      ...(cannotDiscard ? (['snapshots without an image'] as const) : []),
    ],
    mayBreak: [
      // An image that cannot be watched is left to itself, and never marked complete.
      ...(cannotSee ? ([15] as const) : []),
      ...(cannotDiscard && operation === 'DeleteSnapshot' ? ([8] as const) : []),
    ],
  };
}

describe.each(rights)('A function that lacks a right, $caller without $operation,', ({ caller, operation }) => {
  it('makes the run fail with AccessDenied, and leaves its instance running', async () => {
    const story = await given({
      ...everything,
      faults: [imageFails, { fault: 'access-denied', function: caller, operation }],
      ...leftWithout(caller, operation),
    });

    await story.capture('gold');

    expectDenied(story);
    expect(story.state(server)).toBe(caller === 'start-instance' ? 'stopped' : 'running');
  });
});

describe.each(operations)('An account that refuses %s to everybody', (operation) => {
  it('has a run that fails with AccessDenied, and its instance running', async () => {
    const callers = rights.filter((right) => right.operation === operation).map(({ caller }) => caller);
    const left = callers.map((caller) => leftWithout(caller, operation));
    const story = await given({
      ...everything,
      faults: [imageFails, { fault: 'access-denied', operation }],
      mayLeave: left.flatMap(({ mayLeave = [] }) => mayLeave),
      mayBreak: left.flatMap(({ mayBreak = [] }) => mayBreak),
    });

    await story.capture('gold');

    expectDenied(story);
    expect(story.state(server)).toBe(operation === 'StartInstances' ? 'stopped' : 'running');
  });
});

function expectDenied(story: Story): void {
  const { status, error, captures } = story.lastRun();
  expect(status).toBe('FAILED');
  expect([error, ...captures.map(({ reason }) => reason)]).toContain('AccessDenied');
  const unfinished = story.images().filter(({ tags }) => tags['ami-lifecycle:state'] !== 'complete');
  const unsure = unfinished.flatMap(({ snapshots }) =>
    snapshots.filter(({ instanceWas }) => instanceWas !== 'stopped'),
  );
  const all = story
    .images()
    .flatMap(({ snapshots }) => snapshots.filter(({ instanceWas }) => instanceWas !== 'stopped'));
  expect(all).toEqual(unsure);
}
