import type { ExploredWorld } from '../explored-world.ts';
import { hang, impatient, nightsUntil } from '../hanging.ts';
import { home, server } from '../servers.ts';
import type { Beginning, Story } from '../world.ts';
import { hoursLater, quick, tagByHand } from './common.ts';

const paris = 'eu-west-3';
const vault = 'my-ami-archive';
/** Retirement runs daily at noon; nothing is captured. */
const never = { cron: '0 3 1 1 ? *', timezone: 'UTC' };
const web = server('web');

const beginning: Beginning = {
  at: '2026-11-21T11:50:00Z',
  policies: [],
  servers: [web],
  behaviour: quick,
  schedulesUntil: '2026-12-31T00:00:00Z',
  rescuesUntil: '2026-11-22T00:00:00Z',
};

/**
 * What is left in a Region once nothing moves any more, by the night of each image: where it stands, and with whom it is
 * shared.
 */
function standing(story: Story, region: string): string[] {
  return story.images(region).map(({ tags, state, sharedWith }) => {
    const slot = tags['ami-lifecycle:slot'] ?? '';
    return [region, slot.slice(4, 8), state, ...sharedWith].join(' ');
  });
}

/** What is there and should not be, and the other way round. */
function differences(story: Story, expected: readonly string[]): string[] {
  const found = [home, paris].flatMap((region) => standing(story, region));
  return [
    ...expected.filter((line) => !found.includes(line)).map((line) => `There is no ${line}.`),
    ...found.filter((line) => !expected.includes(line)).map((line) => `There is still ${line}.`),
  ];
}

type Retirements = Pick<ExploredWorld, 'name' | 'tells' | 'prepare' | 'lacking' | 'lastsHours'> & {
  fields: Readonly<Record<string, unknown>>;
};

/** By default three runs: one for each step. */
function retirements({ name, tells, prepare, lacking, fields, lastsHours = 49 }: Retirements): ExploredWorld {
  return {
    name,
    workflow: 'retire-images',
    tells,
    beginning: { ...beginning, policies: [impatient({ schedule: never, ...fields })] },
    ...(prepare ? { prepare } : {}),
    begin: () => {},
    lastsHours,
    lacking,
    // What was not done today is done tomorrow; of what failed the harness is told by the run that failed.
    mustTell: false,
    again: (story) => hoursLater(story, 24),
    // A snapshot that was left behind is a week old before that is noted, and has a day of grace then.
    attempts: 14,
  };
}

export const retireWorlds: readonly ExploredWorld[] = [
  retirements({
    name: 'retire',
    tells: 'Of five images one goes in three days; two are kept by rule, one is held, one is used; all are shared',
    fields: { share: { accounts: ['123456789012'] } },
    prepare(story) {
      const [held = '', used = ''] = hang(story, web, nightsUntil('2026-11-20', 5));
      tagByHand(story, held, { 'ami-lifecycle:hold': 'evidence' });
      const { instance, volumes } = server('user', { under: null, changes: { ImageId: used } });
      story.account.load({ instances: [instance], volumes });
    },
    lacking: (story) =>
      differences(
        story,
        ['1116', '1117', '1119', '1120'].map((night) => `${home} ${night} available 123456789012`),
      ),
  }),
  retirements({
    name: 'retire-copies',
    tells: 'An image and its copy in Paris go in three days, and leave no snapshot',
    fields: { retain: { daily: 1 }, copies: [{ region: paris }] },
    prepare(story) {
      hang(story, web, nightsUntil('2026-11-20', 2));
      hang(story, web, nightsUntil('2026-11-20', 2), { region: paris });
    },
    lacking: (story) => differences(story, [`${home} 1120 available`, `${paris} 1120 available`]),
  }),
  retirements({
    name: 'retire-archived',
    tells: 'Two images are archived; then the older one goes',
    // The first run archives, and may not see yet that it did.
    lastsHours: 73,
    fields: { retain: { daily: 1 }, archive: { bucket: vault, prefix: 'gold/', when: { daily: 30 } } },
    prepare(story) {
      story.account.createBucket(vault, home);
      hang(story, web, nightsUntil('2026-11-20', 2));
    },
    lacking(story) {
      const keys = [...(story.account.answering.world.buckets.get(vault)?.objects.keys() ?? [])];
      const records = keys.filter((key) => key.endsWith('.json')).length;
      return [
        ...differences(story, [`${home} 1120 available`]),
        ...(records === 2 ? [] : [`There are ${records} archives, not 2.`]),
      ];
    },
  }),
];
