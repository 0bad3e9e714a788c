import type { Image } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { rulesForWatch } from '../../cli/simulation/rules-for-watch.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Fault, FaultName } from '../../simulator/faults.ts';
import { referenceTo } from '../../simulator/invariants/references.ts';
import { watchInvariants } from '../../simulator/invariants.ts';
import { type RandomStream, seededRandom } from '../../simulator/random.ts';
import type { ImageRecord, RegionState } from '../../simulator/state.ts';
import { doSomething } from './people.ts';
import { database, home, policy, type Server, server } from './servers.ts';
import { build, type Story } from './story.ts';
import { tagsOf } from './witness.ts';

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);
const paris = 'eu-west-3';
const vault = 'my-ami-archive';
const dayMs = 86_400_000;
const beginMs = Date.parse('2026-11-01T00:00:00Z');
/** From then on nothing goes wrong, and people leave the images alone. */
const calmMs = beginMs + 25 * dayMs;
/** A snapshot that was left behind is a week old before that is noted, and has a week of grace then. */
const endMs = calmMs + 17 * dayMs;

/** What may go wrong, and how often at most. */
const dangers: readonly [FaultName, number][] = [
  ['throttled', 0.1],
  ['unavailable', 0.1],
  ['timed-out', 0.02],
  ['reply-lost', 0.05],
  ['stale-read', 0.4],
  ['killed-before', 0.05],
  ['killed-after', 0.05],
  ['image-fails', 0.1],
  ['copy-fails', 0.1],
  ['store-fails', 0.5],
  ['snapshot-deletion-fails', 0.5],
  ['usage-report-fails', 0.5],
];
/** Of capturing, other swarms tell. */
const retiring = [
  'plan-retirement',
  'retire-image',
  'delete-snapshots',
  'share-image',
  'store-image',
  'record-archive',
];

function faultsOf(random: RandomStream): Fault[] {
  const between = [beginMs, calmMs] as const;
  const common = dangers
    .filter(() => random.chance(0.5))
    .map(([fault, most]): Fault => ({ fault, probability: most * random.fraction(), between }));
  const denied = retiring
    .filter(() => random.chance(0.25))
    .map((name): Fault => {
      const fromMs = beginMs + random.between(3, 20) * dayMs;
      const untilMs = Math.min(calmMs, fromMs + random.between(0.1, 3) * dayMs);
      return { fault: 'access-denied', function: name, probability: random.fraction(), between: [fromMs, untilMs] };
    });
  return [...common, ...denied];
}

type Fields = Record<string, unknown>;

/** What the policy of a seed is at first, and in the end. */
function fieldsOf(random: RandomStream): { fields: Fields; retire: Fields } {
  return {
    fields: {
      retain: {
        ...(random.chance(0.6) ? { daily: 2, weekly: 1 } : { daily: 1, atLeast: 3 }),
        ...(random.chance(0.4) ? { afterTermination: '3d' } : {}),
      },
      ...(random.chance(0.6) ? { copies: [{ region: paris, retain: { daily: 1 } }] } : {}),
      ...(random.chance(0.4) ? { share: { accounts: ['123456789012'] } } : {}),
      ...(random.chance(0.6) ? { archive: { bucket: vault, prefix: 'gold/', when: { weekly: 2 } } } : {}),
    },
    // By default one late run is enough for such few images to exceed the cap, and then hardly anything would happen here.
    retire: { mode: 'enforce', graceDays: 1, maxPercentPerRun: random.chance(0.9) ? 100 : 25 },
  };
}

const edits: readonly { fields?: Fields; retire?: Fields }[] = [
  {},
  { fields: { retain: { daily: 1 } } },
  { fields: { retain: { last: 2, within: '3d' } } },
  { fields: { retain: { daily: 2, weekly: 1, atLeast: 3 } } },
  { fields: { share: { accounts: ['111122223333'] } } },
  { fields: { archive: undefined } },
  { retire: { graceDays: 0 } },
  { retire: { graceDays: 2 } },
  { retire: { steps: ['disable', 'deregister'] } },
  { retire: { steps: ['deregister'], maxPerRun: 3 } },
  { retire: { mode: 'report' } },
];

interface Tale {
  story: Story;
  /** What people did, for whoever looks into a breach. */
  deeds: string[];
  present: () => NamedPolicy;
  breaches: () => string[];
}

async function tell(seed: number): Promise<Tale> {
  const random = seededRandom(seed).stream('retirement-swarm');
  const { fields, retire } = fieldsOf(random);
  const servers: Server[] = [server('web'), server('shop'), database(), server('queue', { state: 'stopped' })].slice(
    0,
    Math.floor(random.between(2, 5)),
  );
  let present = policy('gold', { ...fields, retire });
  let replacedAtMs = 0;
  const story = await build({
    seed,
    at: new Date(beginMs).toISOString(),
    policies: [present],
    servers,
    faults: faultsOf(random),
    schedulesUntil: new Date(endMs).toISOString(),
  });
  const { account, clock, stack } = story;
  account.createBucket(vault);
  const deeds: string[] = [];
  const watch = watchInvariants(account, undefined, {
    ...rulesForWatch(account),
    // What a run that was cut short left behind may wait for its week, and for people to read of a cap: told at the end.
    snapshotGraceMs: 2 * (endMs - beginMs),
    isArchiveDue: (image, lineage, nowMs) =>
      present.archive !== undefined && nowMs > replacedAtMs + dayMs / 2 && isOneOfWeeks(image, lineage, 2),
  });
  const publish = (edit: { fields?: Fields; retire?: Fields }): void => {
    present = policy('gold', { ...fields, ...edit.fields, retire: { ...retire, ...edit.retire } });
    replacedAtMs = clock.now();
    stack.publish(present);
  };

  for (let atMs = beginMs + 2 * dayMs; atMs < calmMs; atMs += dayMs) {
    const count = Math.floor(random.between(0, 4));
    for (let number = 0; number < count; number++) {
      // Every other one in the minutes in which images are retired.
      const offsetMs = random.chance(0.5) ? dayMs / 2 + random.between(-30_000, 120_000) : random.between(0, dayMs);
      clock.after(atMs + offsetMs - clock.now(), () => {
        deeds.push(doSomething(account, random, atMs + number));
      });
    }
    if (random.chance(0.15)) {
      const edit = edits[Math.floor(random.between(0, edits.length))] ?? {};
      clock.after(atMs + random.between(0, dayMs) - clock.now(), () => {
        publish(edit);
        deeds.push(`${new Date(clock.now()).toISOString()} edit ${JSON.stringify(edit)}`);
      });
    }
    if (random.chance(0.1)) {
      clock.after(atMs + random.between(0, dayMs) - clock.now(), () => {
        stack.retire({ policy: 'gold', scheduledAt: new Date(clock.now()).toISOString() });
      });
    }
  }
  // Somebody reads of the cap, and raises it.
  clock.after(calmMs - clock.now(), () => publish({ retire: { maxPercentPerRun: 100, maxPerRun: 1000 } }));
  await story.until(new Date(endMs).toISOString());
  return { story, deeds, present: () => present, breaches: () => watch.breaches.map(({ message }) => message) };
}

describe('Through weeks in which everything goes wrong, and people do as they like', () => {
  it.each(seeds)('nothing that is needed is lost, and nothing that is not needed stays (seed %i)', async (seed) => {
    const { story, deeds, present, breaches } = await tell(seed);
    const replay = `npx vitest run test/simulation/retirement-swarm.test.ts -t '(seed ${seed})'\n${deeds.join('\n')}`;
    expect(breaches(), replay).toEqual([]);
    const running = story.stack.engine.listExecutions({ status: 'RUNNING' });
    expect(running.map(({ executionArn }) => executionArn)).toEqual([]);
    for (const region of story.account.regions()) {
      expect(story.witness.orphans(region.name), `orphans in ${region.name}, ${replay}`).toEqual([]);
      expect(excess(story, region, present()), `excess in ${region.name}, ${replay}`).toEqual([]);
    }
  });
});

/** Lineages of which more is left than the rules, the ladder and the needs of people explain, each in a sentence. */
function excess({ account }: Story, region: RegionState, { copies, retain }: NamedPolicy): string[] {
  const rules = region.name === home ? retain : copies[0]?.retain;
  const { daily = 0, weekly = 0, atLeast = 0 } = rules ?? {};
  const lineages = Map.groupBy(
    region.images.values(),
    ({ description }) => tagsOf(description.Tags)['ami-lifecycle:source'],
  );
  return [...lineages].flatMap(([source = '', images]) => {
    const free = images.filter(
      (image) =>
        // Others, too: a report that was made while they could launch from it keeps what people have disabled since.
        isFree(image) && !isInTemplate(region, image) && referenceTo(account, region, image.id, true) === undefined,
    );
    const stillRuns = account.region(home).instances.has(source);
    // With two days of grace one enters the ladder as another leaves it; the oldest stays while a rule has counts left.
    const isOver = !stillRuns && rules?.afterTermination !== undefined;
    const most = isOver
      ? { available: 0, disabled: 0, failed: 0 }
      : { available: Math.max(daily + weekly + 1, atLeast) + 2, disabled: 2, failed: 0 };
    return (['available', 'disabled', 'failed'] as const).flatMap((state) => {
      const found = free.filter(({ description }) => description.State === state);
      return found.length > most[state]
        ? [`${source} has ${found.length} ${state}, at most ${most[state]}: ${found.map(wordsOf).join('; ')}`]
        : [];
    });
  });
}

function isFree({ description }: ImageRecord): boolean {
  const isProtected = (description.DeregistrationProtection ?? 'disabled') !== 'disabled';
  return !isProtected && tagsOf(description.Tags)['ami-lifecycle:hold'] === undefined;
}

/** Old versions of templates may be launched, too. */
function isInTemplate({ launchTemplates }: RegionState, { id }: ImageRecord): boolean {
  return [...launchTemplates.values()].some(({ description }) =>
    description.versions.some(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId === id),
  );
}

function wordsOf({ id, description }: ImageRecord): string {
  const {
    slot,
    state,
    rung,
    audience: _,
    ...tags
  } = Object.fromEntries(
    Object.entries(tagsOf(description.Tags)).map(([key, value]) => [key.replace('ami-lifecycle:', ''), value]),
  );
  return [id, slot, state, rung, tags['source-gone-since'], description.DeprecationTime].join(' ');
}

/** Whether an image is the newest of one of the newest weeks that have one; copies are not archived. */
function isOneOfWeeks(image: Image, lineage: readonly Image[], weeks: number): boolean {
  if (tagsOf(image.Tags)['ami-lifecycle:origin'] !== undefined) return false;
  const counted = lineage.filter(({ State, Tags }) => {
    const tags = tagsOf(Tags);
    if (tags['ami-lifecycle:state'] === 'capturing') return false;
    return State === 'available' || (State === 'disabled' && tags['ami-lifecycle:rung'] !== undefined);
  });
  const newestOfWeek = new Map<number, Image>();
  for (const each of counted.toSorted((left, right) => slotMs(left) - slotMs(right)))
    newestOfWeek.set(weekOf(each), each);
  const newestWeeks = [...newestOfWeek.keys()].toSorted((left, right) => right - left).slice(0, weeks);
  return newestWeeks.some((week) => newestOfWeek.get(week) === image);
}

function slotMs({ Tags }: Image): number {
  const slot = tagsOf(Tags)['ami-lifecycle:slot'] ?? '';
  return Date.parse(slot.replace(/^(....)(..)(..T..)(..)Z$/, '$1-$2-$3:$4:00Z'));
}

/** Weeks begin on Mondays; the epoch began on a Thursday. */
function weekOf(image: Image): number {
  return Math.floor((slotMs(image) / dayMs + 3) / 7);
}
