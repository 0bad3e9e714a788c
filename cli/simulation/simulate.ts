import { virtualClock } from '../../engine/clock.ts';
import type { StatusChangeEvent } from '../../engine/index.ts';
import { tagList, tagsOf } from '../../shared/aws/tagging.ts';
import type { MetricDimensions } from '../../shared/domain/metrics.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { isSelected, policyWords } from '../../shared/domain/selection.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import { createAccount } from '../../simulator/account.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import type { AccountContents } from '../../simulator/contents.ts';
import { watchInvariants } from '../../simulator/invariants.ts';
import type { LoadedAccount } from '../../simulator/load/account-folder.ts';
import { type Observer, observe } from './observer.ts';
import { type Report, reportOf } from './report.ts';
import { rulesForWatch } from './rules-for-watch.ts';
import { createStack } from './stack.ts';
import { watchRetired } from './unretired.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface SimulationRequest {
  loaded: LoadedAccount;
  policies: readonly NamedPolicy[];
  days: number;
  seed: number;
  /** Epoch milliseconds; by default the midnight (UTC) after the newest date in the account. */
  fromMs?: number;
  /** Treat every instance as tagged for this policy. */
  selectAll?: string;
  behaviour?: Partial<Behaviour>;
  onProgress?: (share: number) => void;
  /** Hears every number that a function writes for CloudWatch. */
  onMetric?: (metric: RecordedMetric) => void;
  /** Hears of every execution that begins or ends. */
  onStatusChange?: (event: StatusChangeEvent) => void;
}

/** A number as CloudWatch would get it. */
export interface RecordedMetric {
  name: string;
  value: number;
  dimensions: MetricDimensions;
  atMs: number;
}

/** Runs the policies on the account for so many days of virtual time. */
export async function simulate(request: SimulationRequest): Promise<Report> {
  return (await simulated(request, false)).report;
}

/** As `simulate`, and follows every image from its capture to its end. */
export function simulateLives(request: SimulationRequest): Promise<{ report: Report; observer: Observer }> {
  return simulated(request, true);
}

async function simulated(
  request: SimulationRequest,
  followImages: boolean,
): Promise<{ report: Report; observer: Observer }> {
  const { loaded, policies, days, seed, selectAll, onProgress = () => {} } = request;
  const contents = selectAll === undefined ? loaded.contents : withTag(loaded.contents, selectAll);
  const fromMs = request.fromMs ?? dayAfter(contents);
  const untilMs = fromMs + days * dayMs;
  const clock = virtualClock(fromMs);
  const account = createAccount({
    accountId: loaded.accountId ?? '111122223333',
    homeRegion: loaded.region,
    clock,
    seed,
    ...(request.behaviour ? { behaviour: request.behaviour } : {}),
  });
  const loadNotes = account.load(contents);
  for (const [region, keyId] of policies.flatMap(keysOf)) account.region(region).keys.add(keyId);
  const bucketNames = new Set(policies.flatMap(({ archive }) => archive?.bucket ?? []));
  const buckets = [...bucketNames].map((name) => account.createBucket(name));
  const stack = await createStack({ account, clock, seed, policies, schedulesUntilMs: untilMs - 1 });
  const observer = observe(account, stack, { clearPlans: true, followImages });
  const { onMetric, onStatusChange } = request;
  if (onStatusChange) stack.engine.onStatusChange(onStatusChange);
  globalThis.amiLifecycleMetricListener = onMetric
    ? (name, value, dimensions) => onMetric({ name, value, dimensions, atMs: clock.now() })
    : undefined;
  const unretired = watchRetired(account);
  const watch = watchInvariants(account, undefined, rulesForWatch(account));

  for (let atMs = fromMs; atMs < untilMs; atMs += hourMs) {
    await clock.run(Math.min(atMs + hourMs, untilMs));
    onProgress((clock.now() - fromMs) / (untilMs - fromMs));
  }
  // What was started on the last day comes to its own end, whenever that is: nothing under way may go unreported.
  await clock.run();
  globalThis.amiLifecycleMetricListener = undefined;

  const report = reportOf({
    account,
    engine: stack.engine,
    observer,
    breaches: watch.breaches,
    policies,
    buckets,
    unretired,
    leftOut: loaded.leftOut,
    notes: [...loaded.notes, ...loadNotes],
    // What a tag names does not matter where every instance is taken as tagged.
    unknownPolicies: selectAll === undefined ? unknownPolicies(contents, policies) : [],
    untagged: contents.instances
      .filter(({ Tags }) => !policies.some((policy) => isSelected(tagsOf(Tags), policy)))
      .map(({ InstanceId = '' }) => InstanceId),
    fromMs,
    untilMs,
    seed,
  });
  return { report, observer };
}

/** Names in the policy tag of which there is no policy, by instance: misspelt, they select nothing and say nothing. */
function unknownPolicies({ instances }: AccountContents, policies: readonly NamedPolicy[]): [string, string][] {
  const known = new Set(policies.map(({ name }) => name));
  return instances.flatMap(({ InstanceId = '', Tags }) =>
    policyWords(tagsOf(Tags)[tagKeys.policy] ?? '')
      .filter((word) => !known.has(word))
      .map((word): [string, string] => [InstanceId, word]),
  );
}

/** Keys that policies name exist in the simulation: whether they do on AWS is not in the account's folder. */
function keysOf(policy: NamedPolicy): [region: string, keyId: string][] {
  return policy.copies.flatMap(({ region, kmsKeyId }): [string, string][] => (kmsKeyId ? [[region, kmsKeyId]] : []));
}

function withTag(contents: AccountContents, policyName: string): AccountContents {
  return {
    ...contents,
    instances: contents.instances.map((instance) => {
      const tags = tagsOf(instance.Tags);
      const words = new Set([...policyWords(tags[tagKeys.policy] ?? ''), policyName]);
      return { ...instance, Tags: tagList({ ...tags, [tagKeys.policy]: [...words].join(' ') }) };
    }),
  };
}

/** A simulation must not begin before what it finds. */
function dayAfter(contents: AccountContents): number {
  const dates = [
    ...contents.instances.map(({ LaunchTime }) => LaunchTime),
    ...(contents.volumes ?? []).map(({ CreateTime }) => CreateTime),
    ...(contents.snapshots ?? []).map(({ StartTime }) => StartTime),
    ...(contents.images ?? []).map(({ CreationDate }) => (CreationDate ? new Date(CreationDate) : undefined)),
  ];
  const newestMs = Math.max(0, ...dates.map((date) => date?.getTime() ?? 0));
  return (Math.floor(newestMs / dayMs) + 1) * dayMs;
}
