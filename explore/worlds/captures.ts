import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { ExploredWorld } from '../explored-world.ts';
import { hang, impatient, nightsUntil } from '../hanging.ts';
import { home, type Server, server } from '../servers.ts';
import { slotAt, slotMs } from '../slots.ts';
import type { Beginning, Story } from '../world.ts';
import { hoursLater, misshared, quick, tagByHand } from './common.ts';

const paris = 'eu-west-3';
const partner = '123456789012';
const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';
const start = '2026-11-21T02:58:00Z';
const atThree = '2026-11-21T03:00:00Z';
/** One capture by schedule, at three; what follows is started by hand. */
const oneNight = '2026-11-21T03:30:00Z';

const web = server('web', { devices: ['/dev/xvda', '/dev/sdf'] });
const plainWeb = server('web');
const encrypted = server('web', { encrypted: true });
const queue = server('queue', { under: 'gold silver' });
const untagged = server('web', { under: null });
const member = server('farm', { group: 'farm' });
const spot = server('spot', {
  changes: { InstanceLifecycle: 'spot' },
  extras: { spotRequestType: 'persistent' },
});

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
  /** The slot that is begun; by default at three. */
  slot?: string;
  prepare?: (story: Story) => void;
  /** By default the schedules do it. */
  begin?: (story: Story) => void;
}

function captures({
  name,
  tells,
  servers,
  policies,
  faults = [],
  beginning = {},
  slot = atThree,
  prepare,
  ...rest
}: Captures): ExploredWorld {
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
    ...(prepare ? { prepare } : {}),
    begin: rest.begin ?? (() => {}),
    // Events come an hour late.
    lastsHours: 1.5,
    lacking: (story, sinceMs) => policies.flatMap((policy) => lackingImages(story, servers, policy, sinceMs)),
    mustTell: true,
    async again(story, wasLacking) {
      // Somebody starts by hand what failed, under its time; and then the next night comes.
      const broken = wasLacking ? await repeated(story, { servers, policies, slot }) : [];
      await hoursLater(story, 12);
      for (const policy of policies) story.begin(policy.name);
      await hoursLater(story, 12);
      return broken;
    },
    attempts: 1,
  };
}

/**
 * Starts a slot again, and says what it does not do. Where an image holds the slot already, it is skipped and people are told:
 * its copies and its sharing are not completed either (docs/reliability.md). Any other is captured in full.
 */
async function repeated(story: Story, { servers, policies, slot }: Repeat): Promise<string[]> {
  const sinceMs = story.clock.now();
  const toldBefore = story.account.notifications.length;
  const taken = new Set(policies.flatMap(({ name }) => holdersOf(story, name, slot).map((id) => `${id} ${name}`)));
  for (const { name } of policies) story.begin(name, slot);
  await hoursLater(story, 12);
  const told = story.account.notifications.slice(toldBefore).filter(({ atMs }) => atMs >= sinceMs);
  return policies.flatMap((policy) => {
    const own = servers.filter(({ id }) => taken.has(`${id} ${policy.name}`));
    const others = servers.filter((each) => !own.includes(each));
    const isTold = told.some(
      ({ subject }) => subject?.startsWith(`${policy.name}: `) && / [1-9]\d* skipped/.test(subject),
    );
    const images = holdersOf(story, policy.name, slot);
    return [
      ...lackingImages(story, others, policy, Date.parse(slot)),
      ...(own.length === 0 || isTold ? [] : [`Nobody was told that ${policy.name} skips what holds its slot.`]),
      ...own.flatMap(({ id }) => {
        const count = images.filter((each) => each === id).length;
        return count === 1 ? [] : [`${count} images of ${id} hold one slot.`];
      }),
    ];
  });
}

interface Repeat {
  servers: readonly Server[];
  policies: readonly NamedPolicy[];
  slot: string;
}

/** The instances of the images at home that hold a slot: any but failed ones. */
function holdersOf(story: Story, policyName: string, slot: string): string[] {
  return story.images().flatMap(({ state, tags }) => {
    const isOfIt =
      tags['ami-lifecycle:policy'] === policyName && tags['ami-lifecycle:slot'] === slotAt(Date.parse(slot));
    return isOfIt && state !== 'failed' ? [tags['ami-lifecycle:source'] ?? ''] : [];
  });
}

/** Instances without a complete image of that policy since an instant, by Region; and how such images are shared otherwise. */
function lackingImages(story: Story, servers: readonly Server[], policy: NamedPolicy, sinceMs: number): string[] {
  const regions = [home, ...policy.copies.map(({ region }) => region)];
  const selected = servers.filter((of) => story.tags(of)['ami-lifecycle:policy']?.split(' ').includes(policy.name));
  return regions.flatMap((region) => {
    const images = story.images(region);
    return selected.flatMap(({ id }) => {
      const complete = images.filter(
        ({ tags, state }) =>
          tags['ami-lifecycle:policy'] === policy.name &&
          tags['ami-lifecycle:source'] === id &&
          slotMs(tags['ami-lifecycle:slot'] ?? '') >= sinceMs - 60_000 &&
          state === 'available' &&
          tags['ami-lifecycle:state'] === 'complete',
      );
      if (complete.length === 0) return [`${id} has no complete image of ${policy.name} in ${region}.`];
      const differences = complete.flatMap((image) => misshared(image, policy.share));
      return differences.map((what) => `Of ${id} under ${policy.name} in ${region} ${what}`);
    });
  });
}

export const captureWorlds: readonly ExploredWorld[] = [
  captures({
    name: 'capture-by-schedule',
    tells: 'A running server with two volumes is stopped, captured, copied to Paris and shared',
    servers: [web],
    policies: [
      keeping('gold', {
        copies: [{ region: paris }],
        share: { accounts: [partner], organizationArns: [organization] },
      }),
    ],
  }),
  captures({
    name: 'capture-by-tag',
    tells: 'A running server is captured because somebody tags it',
    servers: [untagged],
    policies: [keeping('gold')],
    beginning: { at: '2026-11-21T11:00:00Z', schedulesUntil: '2026-11-21T11:30:00Z' },
    slot: '2026-11-21T11:00:00Z',
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
    tells: 'A Spot server that may be stopped stays stopped until its image is available',
    servers: [spot],
    policies: [keeping('gold', { capture: { restartWhen: 'image-available' } })],
  }),
  captures({
    name: 'capture-under-two-policies',
    tells: 'Two servers, one of them under two policies, are captured in the same minute',
    servers: [plainWeb, queue],
    policies: [keeping('gold'), keeping('silver')],
  }),
  captures({
    name: 'capture-while-retiring',
    tells: 'A server is captured and its image copied while older images and copies of it are retired',
    servers: [plainWeb],
    policies: [keeping('gold', { retain: { last: 2 }, copies: [{ region: paris }] })],
    prepare(story) {
      for (const region of [home, paris]) hang(story, plainWeb, nightsUntil('2026-11-20', 3), { region });
    },
    begin(story) {
      // While the instance stands still.
      story.clock.after(Date.parse(atThree) + 20_000 - Date.parse(start), () => {
        story.stack.retire({ policy: 'gold', scheduledAt: atThree });
      });
    },
  }),
  captures({
    name: 'capture-encrypted',
    tells: 'An encrypted server is captured, and its copy in Paris has a key of its own',
    servers: [encrypted],
    policies: [keeping('gold', { copies: [{ region: paris, kmsKeyId: 'alias/paris' }] })],
    prepare: ({ account }) => account.region(paris).keys.add('alias/paris'),
  }),
  captures({
    name: 'capture-by-reboot',
    tells: 'A server is rebooted for its image, which is shared with everybody',
    servers: [plainWeb],
    policies: [keeping('gold', { capture: { consistency: 'reboot' }, share: { public: true } })],
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
  captures({
    name: 'capture-falls-back',
    tells: 'The answer to the request for the image is lost, and the start of the server ends in another stop',
    servers: [plainWeb],
    policies: [keeping('gold')],
    faults: [
      { fault: 'reply-lost', operation: 'CreateImage', nth: 1 },
      { fault: 'start-falls-back', nth: 1 },
    ],
  }),
  captures({
    name: 'capture-disturbed',
    tells: 'The owner of a server starts it before its image holds what it was stopped for',
    servers: [plainWeb],
    policies: [keeping('gold')],
    beginning: { behaviour: { ...quick, snapshotStartSeconds: () => 3 } },
    begin({ account, onceAfter, state }) {
      onceAfter('CreateImage', 1, () => {
        if (state(plainWeb) === 'stopped') account.call('ec2', 'StartInstances', { InstanceIds: [plainWeb.id] });
      });
    },
  }),
];
