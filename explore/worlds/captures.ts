import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { ExploredWorld } from '../explored-world.ts';
import { impatient } from '../hanging.ts';
import { home, type Server, server } from '../servers.ts';
import type { Beginning, Story } from '../world.ts';
import { hoursLater, quick, tagByHand } from './common.ts';

const paris = 'eu-west-3';
const partner = '123456789012';
const start = '2026-11-21T02:58:00Z';
const slot = '2026-11-21T03:00:00Z';
/** One capture by schedule, at three; what follows is started by hand. */
const oneNight = '2026-11-21T03:30:00Z';

const web = server('web', { devices: ['/dev/xvda', '/dev/sdf'] });
const plainWeb = server('web');
const queue = server('queue', { under: 'gold silver' });
const untagged = server('web', { under: null });
const member = server('farm', { group: 'farm' });

/** What was left incomplete must have a way to its end, so every policy retires; but nothing that is good goes. */
export function keeping(name: string, fields: Readonly<Record<string, unknown>> = {}): NamedPolicy {
  const { name: _, ...policy } = impatient({ retain: { last: 9 }, ...fields });
  return { ...policy, name };
}

interface Captures {
  name: string;
  tells: string;
  servers: readonly Server[];
  policies: readonly NamedPolicy[];
  faults?: readonly Fault[];
  beginning?: Partial<Beginning>;
  /** By default the schedules do it. */
  begin?: (story: Story) => void;
}

function captures({ name, tells, servers, policies, faults = [], beginning = {}, ...rest }: Captures): ExploredWorld {
  return {
    name,
    workflow: 'capture-images',
    tells,
    beginning: {
      at: start,
      policies,
      servers,
      faults,
      behaviour: quick,
      schedulesUntil: oneNight,
      rescuesUntil: '2026-12-31T00:00:00Z',
      ...beginning,
    },
    begin: rest.begin ?? (() => {}),
    // Events come an hour late.
    lastsHours: 1.5,
    lacking: (story, sinceMs) => policies.flatMap((policy) => lackingImages(story, servers, policy, sinceMs)),
    mustTell: true,
    async again(story, wasLacking) {
      // Somebody starts by hand what failed in the night, under its time; and then the next night comes.
      if (wasLacking) for (const policy of policies) story.begin(policy.name, slot);
      await hoursLater(story, 12);
      for (const policy of policies) story.begin(policy.name);
      await hoursLater(story, 12);
    },
    attempts: 1,
  };
}

/** Instances without a complete image of that policy since an instant, by Region. */
function lackingImages(story: Story, servers: readonly Server[], policy: NamedPolicy, sinceMs: number): string[] {
  const regions = [home, ...policy.copies.map(({ region }) => region)];
  const accounts = policy.share?.accounts ?? [];
  const selected = servers.filter((of) => story.tags(of)['ami-lifecycle:policy']?.split(' ').includes(policy.name));
  return regions.flatMap((region) => {
    const images = story.images(region);
    return selected.flatMap(({ id }) => {
      const isThere = images.some(
        ({ tags, state, sharedWith }) =>
          tags['ami-lifecycle:policy'] === policy.name &&
          tags['ami-lifecycle:source'] === id &&
          slotMs(tags['ami-lifecycle:slot'] ?? '') >= sinceMs - 60_000 &&
          state === 'available' &&
          tags['ami-lifecycle:state'] === 'complete' &&
          accounts.every((account) => sharedWith.includes(account)),
      );
      return isThere ? [] : [`${id} has no complete image of ${policy.name} in ${region}.`];
    });
  });
}

function slotMs(slot: string): number {
  return Date.parse(slot.replace(/^(....)(..)(..T..)(..)Z$/, '$1-$2-$3:$4:00Z'));
}

export const captureWorlds: readonly ExploredWorld[] = [
  captures({
    name: 'capture-by-schedule',
    tells: 'A running server with two volumes is stopped, captured, copied to Paris and shared',
    servers: [web],
    policies: [keeping('gold', { copies: [{ region: paris }], share: { accounts: [partner] } })],
  }),
  captures({
    name: 'capture-by-tag',
    tells: 'A running server is captured because somebody tags it',
    servers: [untagged],
    policies: [keeping('gold')],
    beginning: { at: '2026-11-21T11:00:00Z', schedulesUntil: '2026-11-21T11:30:00Z' },
    begin: (story) => tagByHand(story, untagged.id, { 'ami-lifecycle:policy': 'gold' }),
  }),
  captures({
    name: 'capture-of-group-member',
    tells: 'A member of an Auto Scaling group is captured while it runs',
    servers: [member],
    policies: [keeping('gold')],
  }),
  captures({
    name: 'capture-until-available',
    tells: 'A server stays stopped until its image is available',
    servers: [plainWeb],
    policies: [keeping('gold', { capture: { restartWhen: 'image-available' } })],
  }),
  captures({
    name: 'capture-under-two-policies',
    tells: 'Two servers, one of them under two policies, are captured in the same minute',
    servers: [plainWeb, queue],
    policies: [keeping('gold'), keeping('silver')],
  }),
  captures({
    name: 'capture-again',
    tells: 'The first image and the first copy fail, and are made again',
    servers: [plainWeb],
    policies: [keeping('gold', { copies: [{ region: paris }] })],
    faults: [
      { fault: 'image-fails', nth: 1 },
      { fault: 'copy-fails', nth: 1 },
    ],
  }),
];
