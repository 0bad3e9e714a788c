import { describe, expect, it } from 'vitest';
import { watchDoubtfulStops } from '../../explore/doubtful-stops.ts';
import { home, server } from '../../explore/servers.ts';
import { build } from '../../explore/world.ts';
import { keeping } from '../../explore/worlds/captures.ts';
import { quick } from '../../explore/worlds/common.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { runAs } from '../../simulator/under-clients.ts';

const web = server('web');
const minuteMs = 60_000;

/** A server that we have claimed to stop it, once that has failed unless told otherwise, and so long ago. */
async function watched({ claims = true, fails = true, claimedMinutes = 0 } = {}) {
  const story = await build({
    at: '2026-11-21T11:00:00Z',
    policies: [keeping('gold')],
    servers: [web],
    behaviour: quick,
  });
  const { account, clock } = story;
  const { watch } = story.witness;
  const doubtful = watchDoubtfulStops(account, watch);
  const byHand = async (operation: 'StartInstances' | 'StopInstances'): Promise<void> => {
    account.call('ec2', operation, { InstanceIds: [web.id] });
    await clock.run(clock.now() + 120_000);
  };
  const launchedAt = account.region(home).instances.get(web.id)?.description.LaunchTime?.toISOString() ?? '';
  const asOurs = (functionName: string, work: () => Promise<unknown>) =>
    clock.busy(runAs(account, { functionName }, work));
  const claim = () =>
    asOurs('stop-instance', () =>
      instancesIn(home).writeLease(web.id, { executionId: 'one', restartBy: '2026-11-21T13:00:00.000Z', launchedAt }),
    );
  if (claims) await claim();
  if (fails) {
    account.faults.add({ fault: 'access-denied', operation: 'StopInstances', nth: 1 });
    await expect(asOurs('stop-instance', () => instancesIn(home).stop(web.id))).rejects.toThrow('StopInstances');
  }
  await clock.run(clock.now() + claimedMinutes * minuteMs);
  return {
    byHand,
    claim,
    weStop: () => asOurs('stop-instance', () => instancesIn(home).stop(web.id)),
    heStops: () => account.call('ec2', 'StopInstances', { InstanceIds: [web.id] }),
    weStart: () => asOurs('start-instance', () => instancesIn(home).start(web.id)),
    after: (seconds: number) => clock.run(clock.now() + seconds * 1000),
    blamed: () => watch.breaches.filter((each) => each.invariant === 2).map((each) => !doubtful.excuses(each)),
  };
}

describe('Who starts what its owner stopped between a claim and its stop', () => {
  it.each([0, 15, 40])(
    'is not blamed for it, where its own stop has failed within %i minutes',
    async (claimedMinutes) => {
      const { byHand, weStart, blamed } = await watched({ claimedMinutes });
      await byHand('StopInstances');
      await weStart();
      expect(blamed()).toEqual([false]);
    },
  );

  it.each([
    { seconds: 2, says: 'is not blamed for it', blame: false },
    { seconds: 5, says: 'is blamed', blame: true },
  ])('$says where he was before its own claim by $seconds seconds', async ({ seconds, blame }) => {
    const { heStops, claim, weStop, after, weStart, blamed } = await watched({ claims: false, fails: false });
    heStops();
    await after(seconds);
    await claim();
    await weStop();
    await after(120);
    await weStart();
    expect(blamed()).toEqual([blame]);
  });

  it('is blamed where it stops what he has just stopped without a claim, and claims it hours later', async () => {
    const { heStops, claim, weStop, after, weStart, blamed } = await watched({ claims: false, fails: false });
    heStops();
    await weStop();
    await after(7200);
    await claim();
    await weStart();
    expect(blamed()).toEqual([true]);
  });

  it('is blamed where nothing kept it from its own stop', async () => {
    const { byHand, weStart, blamed } = await watched({ fails: false });
    await byHand('StopInstances');
    await weStart();
    expect(blamed()).toEqual([true]);
  });

  it('is blamed where it has gone on trying to stop it for an hour', async () => {
    const { byHand, claim, weStart, blamed } = await watched({ claimedMinutes: 60 });
    await claim();
    await byHand('StopInstances');
    await weStart();
    expect(blamed()).toEqual([true]);
  });

  it('is blamed where its owner has stopped it again since', async () => {
    const { byHand, weStart, blamed, after } = await watched();
    await byHand('StopInstances');
    await weStart();
    await after(120);
    await byHand('StopInstances');
    await weStart();
    expect(blamed()).toEqual([false, true]);
  });
});
