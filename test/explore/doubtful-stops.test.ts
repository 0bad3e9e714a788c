import { describe, expect, it } from 'vitest';
import { watchDoubtfulStops } from '../../explore/doubtful-stops.ts';
import { home, server } from '../../explore/servers.ts';
import { build } from '../../explore/world.ts';
import { keeping } from '../../explore/worlds/captures.ts';
import { quick, tagByHand } from '../../explore/worlds/common.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { runAs } from '../../simulator/under-clients.ts';

const web = server('web');

async function watched() {
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
  const launchedAt = account.region(home).instances.get(web.id)?.description.LaunchTime?.toISOString();
  tagByHand(story, web.id, {
    'ami-lifecycle:stopped-by': 'arn:aws:states:eu-west-1:111122223333:execution:capture-images:one',
    'ami-lifecycle:restart-by': `2026-11-21T13:00:00.000Z launched ${launchedAt}`,
  });
  return {
    byHand,
    weStart: () =>
      clock.busy(runAs(account, { functionName: 'start-instance' }, () => instancesIn(home).start(web.id))),
    rest: () => clock.run(clock.now() + 120_000),
    blamed: () => watch.breaches.filter((each) => each.invariant === 2).map((each) => !doubtful.excuses(each)),
  };
}

describe('Who starts what its owner stopped between a claim and its stop', () => {
  it('is not blamed for it', async () => {
    const { byHand, weStart, blamed } = await watched();
    await byHand('StopInstances');
    await weStart();
    expect(blamed()).toEqual([false]);
  });

  it('is blamed where its owner has stopped it again since', async () => {
    const { byHand, weStart, blamed, rest } = await watched();
    await byHand('StopInstances');
    await weStart();
    await rest();
    await byHand('StopInstances');
    await weStart();
    expect(blamed()).toEqual([false, true]);
  });
});
