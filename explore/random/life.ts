import { rulesForWatch } from '../../cli/simulation/rules-for-watch.ts';
import { createStack, type Stack } from '../../cli/simulation/stack.ts';
import { virtualClock } from '../../engine/clock.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { type Account, createAccount } from '../../simulator/account.ts';
import { type InvariantWatch, watchInvariants } from '../../simulator/invariants.ts';
import { seededRandom } from '../../simulator/random.ts';
import { archivesDueIn } from '../archive-due.ts';
import { watchBlame } from '../blameless.ts';
import { watchDoubtfulStops } from '../doubtful-stops.ts';
import { watchFalseWords } from '../false-words.ts';
import { breachesIn, type Finding } from '../judge.ts';
import { keepingRulesIn } from '../keeping-rules.ts';
import { home } from '../servers.ts';
import { watchStanding } from '../standing.ts';
import { type Audiences, watchAudiences } from './audiences.ts';
import { faultWords } from './chaos.ts';
import { lateCaptures, notConverged } from './converged.ts';
import { calmed, type Happening, type PolicyEdit, policyWith, type RandomWorld, vault } from './generate.ts';
import { followLeftSnapshots } from './left-snapshots.ts';
import { doDeed } from './people.ts';
import { type Figures, keepTally, type Tally } from './tally.ts';

const dayMs = 86_400_000;
/** Longer than a snapshot that was left behind when all became quiet may stay beyond the last day. */
const waitingMs = 10 * dayMs;

/** A world while it lives. */
export interface Living {
  world: RandomWorld;
  account: Account;
  stack: Stack;
  watch: InvariantWatch;
  audiences: Audiences;
  /** The policies as they are published, by name. */
  present: ReadonlyMap<string, NamedPolicy>;
  tally: Tally;
}

/** What came of a life; it ends early where something broke. */
export interface Life {
  findings: Finding[];
  /** What happened, by the happening's number, each in words with its time. */
  happened: { number: number; words: string }[];
  endedAtMs: number;
  figures: Figures;
}

/**
 * Lets a world live from its first day to its last, and judges it all the time.
 * @param only the numbers of what happens in it; by default all
 */
export async function live(world: RandomWorld, only?: ReadonlySet<number>): Promise<Life> {
  const { seed, servers, beginMs, calmMs, endMs, failedImagesForgetSnapshots } = world;
  const happenings = world.happenings.filter(({ number }) => only?.has(number) ?? true);
  const clock = virtualClock(new Date(beginMs).toISOString());
  const account = createAccount({
    accountId: '111122223333',
    homeRegion: home,
    clock,
    seed,
    faults: happenings.flatMap((each) => (each.kind === 'fault' ? [each.fault] : [])),
    behaviour: { failedImagesForgetSnapshots },
  });
  account.load({
    instances: servers.map(({ instance }) => instance),
    volumes: servers.flatMap(({ volumes }) => volumes),
    instanceExtras: Object.fromEntries(servers.map(({ id, extras }) => [id, extras])),
  });
  account.createBucket(vault);
  const present = new Map(world.policies.map((plan) => [plan.name, policyWith(plan)]));
  const policies = [...present.values()];
  const stack = await createStack({ account, clock, seed, policies, schedulesUntilMs: endMs + waitingMs });
  const watch = watchInvariants(account, undefined, {
    ...rulesForWatch(account),
    // What a run that was cut short left behind may wait for its week, and for people to read of a cap: it is followed for itself.
    snapshotGraceMs: 2 * (endMs - beginMs),
    isArchiveDue: archivesDueIn(account),
    keptBy: keepingRulesIn(account),
  });
  const falseWords = watchFalseWords(account);
  const standing = watchStanding(account, watch);
  const doubtful = watchDoubtfulStops(account, watch);
  const blame = await watchBlame({ account, stack }, { isFaultless: false });
  const audiences = watchAudiences(account);
  const tally = keepTally(account, stack);
  for (const each of happenings) if (each.kind === 'fault') tally.window(each.fault.fault);
  const living: Living = { world, account, stack, watch, audiences, present, tally };

  const edited = new Map<string, PolicyEdit>();
  const happened: Life['happened'] = [];
  const change = (name: string, edit: PolicyEdit, isDeploy = false): void => {
    const plan = world.policies.find((each) => each.name === name);
    if (!plan) return;
    const policy = policyWith(plan, edit);
    present.set(name, policy);
    edited.set(name, edit);
    if (isDeploy) stack.deploy({ policies: [...present.values()] });
    else stack.publish(policy);
  };
  for (const each of happenings) {
    if (each.kind === 'fault') happened.push({ number: each.number, words: faultWords(each.fault) });
    else
      clock.after(each.atMs - beginMs, () =>
        happened.push({ number: each.number, words: happen(living, each, change) }),
      );
  }
  clock.after(calmMs - beginMs, () => {
    for (const { name } of world.policies) change(name, calmed(edited.get(name)), true);
  });

  const findings: Finding[] = [];
  const left = followLeftSnapshots(living);
  const isOver = (atMs: number): boolean => findings.length > 0 || (atMs > endMs && !left.isAwaited());
  for (let atMs = beginMs + dayMs; !isOver(atMs); atMs += dayMs) {
    // Before the night's captures: those of the day before are over.
    await clock.run(atMs);
    tally.look();
    findings.push(...breachesIn(watch, doubtful.excuses).slice(0, 1), ...standing, ...falseWords, ...blame);
    if (findings.length === 0 && atMs >= calmMs + 2 * dayMs) findings.push(...lateCaptures(living));
    if (atMs >= calmMs) findings.push(...left.overdue());
    if (findings.length === 0 && atMs >= endMs) findings.push(...notConverged(living));
  }
  return { findings, happened, endedAtMs: clock.now(), figures: tally.figures() };
}

function happen(
  { world, account, stack, tally }: Living,
  happening: Exclude<Happening, { kind: 'fault' }>,
  change: (policyName: string, edit: PolicyEdit, isDeploy: boolean) => void,
): string {
  const now = new Date(account.clock.now()).toISOString();
  switch (happening.kind) {
    case 'deed': {
      const random = seededRandom(world.seed).stream('deed', happening.number);
      const { words, isRefused } = doDeed({ account, stack, vault }, happening.name, random, happening.number);
      tally.deed(happening.name, isRefused);
      return `${now} ${words}`;
    }
    case 'edit':
      change(happening.policy, happening.edit, happening.isDeploy);
      tally.deed(happening.isDeploy ? 'deploy an edited policy' : 'edit a policy');
      return `${now} ${happening.isDeploy ? 'deploy' : 'publish'} ${happening.policy} ${JSON.stringify(happening.edit)}`;
    case 'run':
      stack[happening.workflow]({ policy: happening.policy, scheduledAt: now });
      tally.deed(`${happening.workflow} by hand`);
      return `${now} ${happening.workflow} ${happening.policy} by hand`;
    default:
      return happening satisfies never;
  }
}
