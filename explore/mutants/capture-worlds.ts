import type { Fault } from '../../simulator/faults.ts';
import { home, type Server, server } from '../servers.ts';
import type { Beginning, Story } from '../world.ts';
import { keeping } from '../worlds/captures.ts';
import { quick } from '../worlds/common.ts';
import type { TrialWorld } from './trial-world.ts';

const paris = 'eu-west-3';
const oneNight = ['20261121T0300Z'];
const twoNights = [...oneNight, '20261122T0300Z'];

const web = server('web', { devices: ['/dev/xvda', '/dev/sdf'] });
const idle = server('idle', { state: 'stopped' });
/** Its tag names no policy. */
const foreign = server('foreign', { under: '' });
const member = server('farm', { group: 'farm' });

const beginning: Beginning = {
  at: '2026-11-21T02:58:00Z',
  policies: [keeping('gold')],
  servers: [web],
  // Most pages come empty, with others to follow; snapshots start while a stop would not be over.
  behaviour: { ...quick, emptyPageProbability: 0.6, snapshotStartSeconds: () => 5 },
  schedulesUntil: '2026-11-21T03:30:00Z',
  rescuesUntil: '2026-11-21T14:00:00Z',
};

/** What the owner of the server does. */
function act({ account }: Story, operation: 'StartInstances' | 'StopInstances'): void {
  account.call('ec2', operation, { InstanceIds: [web.id] });
}

/** Instances without a complete image of a night in a Region. */
function lackingImages(story: Story, of: readonly Server[], nights: readonly string[], regions = [home]): string[] {
  return regions.flatMap((region) =>
    of.flatMap(({ id }) => {
      const complete = story
        .images(region)
        .filter(({ tags }) => tags['ami-lifecycle:source'] === id && tags['ami-lifecycle:state'] === 'complete')
        .map(({ tags }) => tags['ami-lifecycle:slot']);
      return nights.flatMap((night) =>
        complete.includes(night) ? [] : [`${id} has no complete image of ${night} in ${region}.`],
      );
    }),
  );
}

/** Lets an execution be aborted as soon as its instance stands still. */
function abortWhenStopped({ account, clock, stack }: Story): void {
  const stop = account.onEvent(({ detail }) => {
    if (detail.state !== 'stopped') return;
    stop();
    const running = stack.engine.listExecutions({ status: 'RUNNING' });
    const holder = running.find(({ mapRunArn }) => mapRunArn !== undefined);
    clock.after(0, () => account.call('states', 'StopExecution', { executionArn: holder?.executionArn ?? '' }));
  });
}

const refusal: Fault = { fault: 'access-denied', operation: 'CreateImage' };
const silence: Fault = { fault: 'lost-event', operation: 'Step Functions Execution Status Change' };

export const captureWorlds: readonly TrialWorld[] = [
  {
    name: 'two nights',
    tells: 'A server that runs and one that its owner has stopped are captured in two nights, and copied to Paris',
    beginning: {
      ...beginning,
      policies: [keeping('gold', { copies: [{ region: paris }] })],
      servers: [web, idle],
      schedulesUntil: '2026-11-22T03:30:00Z',
      rescuesUntil: '2026-11-22T14:00:00Z',
    },
    hours: 26,
    lacking: (story) => lackingImages(story, [web, idle], twoNights, [home, paris]),
  },
  {
    name: 'one night',
    tells: 'A server is captured and copied to Paris, and half a day is left to start it again',
    beginning: { ...beginning, policies: [keeping('gold', { copies: [{ region: paris }] })] },
    hours: 30,
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'group member',
    tells: 'A member of an Auto Scaling group is captured, and so is a server of its own',
    beginning: { ...beginning, servers: [web, member] },
    hours: 4,
    // The group may have replaced its member.
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'another server',
    tells: 'A server is captured, and one beside it is under no policy',
    beginning: { ...beginning, servers: [web, foreign] },
    hours: 4,
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'by reboot',
    tells: 'A server is rebooted for its image',
    beginning: { ...beginning, policies: [keeping('gold', { capture: { consistency: 'reboot' } })] },
    hours: 4,
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'owner stops',
    tells: 'A server is captured and started, and then its owner stops it',
    beginning,
    prepare(story) {
      story.onceAfter('StartInstances', 30, () => act(story, 'StopInstances'));
    },
    hours: 4,
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'owner starts and stops',
    tells: 'A server stands still until its image is available, and its owner starts and stops it meanwhile',
    beginning: {
      ...beginning,
      policies: [keeping('gold', { capture: { restartWhen: 'image-available' } })],
      behaviour: { ...beginning.behaviour, imageMinutes: () => 10 },
    },
    prepare(story) {
      story.onceAfter('CreateImage', 60, () => act(story, 'StartInstances'));
      story.onceAfter('CreateImage', 180, () => act(story, 'StopInstances'));
    },
    hours: 4,
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'owner starts early',
    tells: 'The owner of a server starts it before the snapshots of its image have started',
    beginning,
    prepare(story) {
      story.onceAfter('CreateImage', 0, () => act(story, 'StartInstances'));
    },
    hours: 4,
    lacking: (story) => lackingImages(story, [web], oneNight),
  },
  {
    name: 'no image',
    tells: 'EC2 makes no image of a server that was stopped for it, and nobody comes to its rescue',
    beginning: { ...beginning, faults: [refusal, silence], rescuesUntil: '2026-11-21T02:59:00Z' },
    hours: 4,
    lacking: () => [],
  },
  {
    name: 'aborted',
    tells: 'A capture is aborted while its server stands still for it',
    beginning,
    prepare: abortWhenStopped,
    hours: 30,
    lacking: () => [],
  },
];
