import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type RandomStream, seededRandom } from '../../simulator/random.ts';
import { database, policy, type Server, server } from '../servers.ts';
import { drawFault } from './chaos.ts';
import { drawDeed, oneOf } from './people.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The default of a policy, UTC. */
export const retirementHour = 12;
export const vault = 'my-ami-archive';
const paris = 'eu-west-3';

type Fields = Readonly<Record<string, unknown>>;

/** What a policy says beside its schedule, and what people make of it. */
export interface PolicyPlan {
  name: string;
  /** At this hour, UTC, it captures; retirement looks at noon. */
  hour: number;
  fields: Fields;
  retire: Fields;
}

export interface PolicyEdit {
  fields?: Fields;
  retire?: Fields;
}

/** Something that goes wrong, or that people do. Each can be left out without changing another. */
export type Happening = { number: number; atMs: number } & (
  | { kind: 'fault'; fault: Fault }
  | { kind: 'deed'; name: string }
  | { kind: 'edit'; policy: string; edit: PolicyEdit; isDeploy: boolean }
  | { kind: 'run'; workflow: 'capture' | 'retire'; policy: string }
);

/** All that a seed decides beforehand; what it decides on the way is drawn from streams of its own. */
export interface RandomWorld {
  seed: number;
  beginMs: number;
  /** From then on nothing goes wrong, and nobody does anything. */
  calmMs: number;
  endMs: number;
  policies: readonly PolicyPlan[];
  servers: readonly Server[];
  /** Whether a failed image's snapshots stay behind when it is deregistered with its snapshots. */
  failedImagesForgetSnapshots: boolean;
  happenings: readonly Happening[];
}

const beginMs = Date.parse('2026-11-01T00:00:00Z');
/**
 * What was never completed is a week old before it may go, has up to two days of grace on each of its two rungs then, and a run
 * that does not come through is one more. Snapshots that were left behind may take longer, and a world lives on for them:
 * left-snapshots.ts.
 */
const quietDays = 13;
export const leastDays = quietDays + 5;

/** @param days in all, the quiet ones at the end included */
export function generate(seed: number, days: number): RandomWorld {
  const random = seededRandom(seed).stream('random world');
  const policies = policiesOf(random);
  const servers = serversOf(random);
  const endMs = beginMs + days * dayMs;
  const calmMs = endMs - quietDays * dayMs;
  return {
    seed,
    beginMs,
    calmMs,
    endMs,
    policies,
    servers,
    failedImagesForgetSnapshots: random.chance(0.5),
    happenings: happeningsOf(random, policies, calmMs),
  };
}

/** The policy as it is with an edit, which replaces the one before. */
export function policyWith({ name, hour, fields, retire }: PolicyPlan, edit: PolicyEdit = {}): NamedPolicy {
  return policy(name, {
    schedule: { cron: `0 ${hour} * * ? *`, timezone: 'UTC', onTagged: true },
    ...fields,
    ...edit.fields,
    retire: { ...retire, ...edit.retire },
  });
}

/**
 * What somebody makes of the last edit who reads of all that was refused, when it is over: only what holds back is lifted. Of a
 * year in which a cap refused every run more than a thousand images may be due.
 */
export function calmed({ fields = {}, retire = {} }: PolicyEdit = {}): PolicyEdit {
  return { fields, retire: { ...retire, mode: 'enforce', maxPercentPerRun: 100, maxPerRun: 1_000_000 } };
}

function policiesOf(random: RandomStream): PolicyPlan[] {
  const gold: PolicyPlan = {
    name: 'gold',
    hour: 3,
    fields: {
      capture: {
        timeoutHours: 3,
        ...(random.chance(0.3) ? { restartWhen: 'image-available' } : {}),
        ...(random.chance(0.2) ? { concurrency: 1 } : {}),
      },
      ...retention(random),
      ...(random.chance(0.6) ? { copies: [{ region: paris, retain: { daily: 1 } }] } : {}),
      ...(random.chance(0.4) ? { share: { accounts: ['123456789012'] } } : {}),
      ...(random.chance(0.5) ? { archive: { bucket: vault, prefix: 'gold/', when: { weekly: 2 } } } : {}),
    },
    retire: { mode: 'enforce', graceDays: 1, maxPercentPerRun: random.chance(0.9) ? 100 : 25 },
  };
  const silver: PolicyPlan = {
    name: 'silver',
    // At the same time as the other, or in the midst of retirement.
    hour: random.chance(0.5) ? 3 : 12,
    fields: {
      capture: { timeoutHours: 2, consistency: oneOf(['stop', 'reboot', 'crash'], random) },
      ...retention(random),
    },
    retire: { mode: 'enforce', graceDays: random.chance(0.5) ? 0 : 1, maxPercentPerRun: 100 },
  };
  return random.chance(0.5) ? [gold, silver] : [gold];
}

function retention(random: RandomStream): Fields {
  return {
    retain: {
      ...(random.chance(0.6) ? { daily: 2, weekly: 1 } : { daily: 1, atLeast: 3 }),
      ...(random.chance(0.4) ? { afterTermination: '3d' } : {}),
    },
  };
}

function serversOf(random: RandomStream): Server[] {
  const others = [
    database({ under: 'gold silver' }),
    server('queue', { state: 'stopped', under: 'silver gold' }),
    server('farm', { group: 'farm' }),
    server('spot', { changes: { InstanceLifecycle: 'spot' } }),
    server('guarded', { extras: { stopProtected: true }, under: 'silver gold' }),
    server('skipped', { tags: { 'ami-lifecycle:skip': 'not now' } }),
    server('free', { under: null }),
  ];
  return [server('web'), server('shop'), ...others.filter(() => random.chance(0.35))];
}

const edits: readonly PolicyEdit[] = [
  {},
  { fields: { retain: { daily: 1 } } },
  { fields: { retain: { last: 2, within: '3d' } } },
  { fields: { retain: { daily: 2, weekly: 1, atLeast: 3 } } },
  { fields: { share: { accounts: ['111122223333'] } } },
  { fields: { share: undefined } },
  { fields: { archive: undefined } },
  { fields: { copies: [] } },
  { retire: { graceDays: 0 } },
  { retire: { graceDays: 2 } },
  { retire: { steps: ['disable', 'deregister'] } },
  { retire: { steps: ['deregister'], maxPerRun: 3 } },
  { retire: { mode: 'report' } },
];

function happeningsOf(random: RandomStream, policies: readonly PolicyPlan[], calmMs: number): Happening[] {
  const happenings: Happening[] = [];
  const add = (happening: Parameters<typeof withNumber>[1]): void => {
    happenings.push(withNumber(happenings.length, happening));
  };
  const hours = [retirementHour, ...policies.map(({ hour }) => hour)];
  for (let dayAtMs = beginMs; dayAtMs < calmMs; dayAtMs += dayMs) {
    // Much of what matters happens while workflows run, some of it between two of their first steps.
    const someTime = (): number => {
      const startMs = dayAtMs + (oneOf(hours, random) ?? 0) * hourMs;
      const near = startMs + (random.chance(0.3) ? random.between(0, 60_000) : random.between(-30_000, 600_000));
      const atMs = random.chance(0.5) ? near : dayAtMs + random.between(0, dayMs);
      return Math.min(atMs, calmMs - 1);
    };
    const named = (): string => oneOf(policies, random)?.name ?? 'gold';
    const faults = Math.floor(random.between(0, 3));
    for (let count = 0; count < faults; count++) {
      const atMs = someTime();
      add({ kind: 'fault', atMs, fault: drawFault(random, atMs - 600_000, calmMs) });
    }
    const deeds = Math.floor(random.between(0, 4));
    for (let count = 0; count < deeds; count++) add({ kind: 'deed', atMs: someTime(), name: drawDeed(random) });
    if (random.chance(0.1)) {
      add({ kind: 'deed', atMs: dayAtMs + retirementHour * hourMs + random.between(0, 30_000), name: 'useInHaste' });
    }
    if (random.chance(0.15)) {
      const edit = oneOf(edits, random) ?? {};
      add({ kind: 'edit', atMs: someTime(), policy: named(), edit, isDeploy: random.chance(0.3) });
    }
    if (random.chance(0.1)) add({ kind: 'run', atMs: someTime(), workflow: 'retire', policy: named() });
    if (random.chance(0.1)) add({ kind: 'run', atMs: someTime(), workflow: 'capture', policy: named() });
  }
  return happenings;
}

type Unnumbered<Each> = Each extends unknown ? Omit<Each, 'number'> : never;

function withNumber(number: number, happening: Unnumbered<Happening>): Happening {
  return { number, ...happening };
}
