import type { Engine } from '../../engine/index.ts';
import { tagsOf } from '../../shared/aws/tagging.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { type Tags, tagKeys } from '../../shared/domain/tags.ts';
import type { Account } from '../../simulator/account.ts';
import type { LoadNote } from '../../simulator/contents.ts';
import type { InvariantBroken } from '../../simulator/invariants.ts';
import type { LeftOut } from '../../simulator/load/tally.ts';
import { prices } from '../../simulator/prices.ts';
import type { RegionState } from '../../simulator/state.ts';
import type { Observer } from './observer.ts';

export interface PolicyReport {
  policy: string;
  runs: number;
  /** Distinct instances over all runs. */
  selected: number;
  captured: number;
  skipped: Record<string, number>;
  failed: Record<string, number>;
}

export interface InstanceReport {
  instanceId: string;
  name: string;
  policies: string[];
  captured: number;
  /** How it was captured, or why it was not: reason and count. */
  reasons: Record<string, number>;
  failed: number;
  /** From our stop or reboot until it runs and passes its status checks; null if there was none, or none is over. */
  downtimeSeconds: { median: number; worst: number } | null;
  /** What its owner should know of its captures, each once. */
  notices: string[];
}

export interface RegionReport {
  region: string;
  /** Images of this system that are available. */
  images: number;
  /** Of those, copies from another Region. */
  copies: number;
  /** Images of this system that are not (yet) available or not complete. */
  incomplete: number;
  /** Of the snapshots of this system. */
  snapshotGigabytes: number;
  monthlyDollars: number;
}

export interface Problem {
  at: string;
  what: string;
  message: string;
}

/** What a person wants to know of a simulation; printed as it is by `--json`. */
export interface Report {
  region: string;
  accountId: string;
  from: string;
  until: string;
  days: number;
  seed: number;
  instances: number;
  /** Instances that no policy selects. */
  untagged: string[];
  leftOut: LeftOut[];
  notes: LoadNote[];
  policies: PolicyReport[];
  captures: InstanceReport[];
  regions: RegionReport[];
  problems: Problem[];
  awsCalls: number;
  stateTransitions: number;
}

interface ReportInput {
  account: Account;
  engine: Engine;
  observer: Observer;
  breaches: readonly InvariantBroken[];
  policies: readonly NamedPolicy[];
  leftOut: LeftOut[];
  notes: LoadNote[];
  /** Instance, and the name in its policy tag of which there is no policy. */
  unknownPolicies: [instanceId: string, policy: string][];
  untagged: string[];
  fromMs: number;
  untilMs: number;
  seed: number;
}

const dayMs = 86_400_000;

export function reportOf(input: ReportInput): Report {
  const { account, engine, observer, policies, fromMs, untilMs } = input;
  const home = account.region(account.homeRegion);
  return {
    region: account.homeRegion,
    accountId: account.accountId,
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    days: (untilMs - fromMs) / dayMs,
    seed: input.seed,
    instances: home.instances.size,
    untagged: input.untagged,
    leftOut: input.leftOut,
    notes: input.notes,
    policies: policies.map(({ name }) => policyReport(name, observer)),
    captures: instanceReports(home, observer),
    regions: account.regions().map(regionReport),
    problems: problemsOf(input),
    awsCalls: account.calls.total,
    stateTransitions: engine.transitions(),
  };
}

function policyReport(policy: string, { runs }: Observer): PolicyReport {
  const captures = runs.flatMap((run) => run.captures.filter((capture) => capture.policy === policy));
  const reasons = (outcome: string) =>
    countBy(captures.filter((capture) => capture.outcome === outcome).map(({ reason }) => reason));
  return {
    policy,
    runs: runs.filter(({ policies }) => policies.includes(policy)).length,
    selected: new Set(captures.map(({ instanceId }) => instanceId)).size,
    captured: captures.filter(({ outcome }) => outcome === 'captured').length,
    skipped: reasons('skipped'),
    failed: reasons('failed'),
  };
}

function instanceReports(home: RegionState, { runs, downtimes }: Observer): InstanceReport[] {
  const captures = Map.groupBy(
    runs.flatMap((run) => run.captures),
    ({ instanceId }) => instanceId,
  );
  return [...captures].map(([instanceId, all]) => {
    const seconds = (downtimes.get(instanceId) ?? [])
      .map(({ fromMs, untilMs }) => (untilMs - fromMs) / 1000)
      .filter(Number.isFinite);
    return {
      instanceId,
      name: tagsOf(home.instances.get(instanceId)?.description.Tags).Name ?? '',
      policies: [...new Set(all.map(({ policy }) => policy))],
      captured: all.filter(({ outcome }) => outcome === 'captured').length,
      reasons: countBy(all.filter(({ outcome }) => outcome !== 'failed').map(({ reason }) => reason)),
      failed: all.filter(({ outcome }) => outcome === 'failed').length,
      downtimeSeconds: seconds.length > 0 ? { median: median(seconds), worst: Math.max(...seconds) } : null,
      notices: [...new Set(all.flatMap(({ notices }) => notices))],
    };
  });
}

function regionReport(region: RegionState): RegionReport {
  const ours = [...region.images.values()]
    .map(({ description }) => ({ state: description.State, tags: tagsOf(description.Tags) }))
    .filter(({ tags }) => isOurs(tags));
  const complete = ours.filter(({ state, tags }) => state === 'available' && tags[tagKeys.state] === 'complete');
  const snapshotGigabytes = [...region.snapshots.values()]
    .filter(({ description }) => isOurs(tagsOf(description.Tags)))
    .reduce((sum, { storedGigabytes }) => sum + storedGigabytes, 0);
  return {
    region: region.name,
    images: complete.length,
    copies: complete.filter(({ tags }) => tags[tagKeys.origin] !== undefined).length,
    incomplete: ours.length - complete.length,
    snapshotGigabytes,
    monthlyDollars: snapshotGigabytes * prices.snapshotGigabyteMonth,
  };
}

function isOurs(tags: Tags): boolean {
  return tags[tagKeys.policy] !== undefined && tags[tagKeys.slot] !== undefined;
}

function problemsOf({ observer, breaches, unknownPolicies, fromMs, untilMs }: ReportInput): Problem[] {
  const problems: Problem[] = [];
  const at = (atMs: number): string => new Date(atMs).toISOString();
  for (const { startedAtMs, status, error, cause, captures } of observer.runs) {
    const failed = captures.filter(({ outcome }) => outcome === 'failed');
    for (const { policy, instanceId, reason, message } of failed) {
      problems.push({ at: at(startedAtMs), what: `${policy} ${instanceId} ${reason}`, message });
    }
    if (status !== 'SUCCEEDED' && failed.length === 0) {
      problems.push({ at: at(startedAtMs), what: `the run ended ${status} ${error}`.trim(), message: cause });
    }
  }
  for (const [instanceId, downtimes] of observer.downtimes) {
    const last = downtimes.at(-1);
    if (last?.untilMs !== Number.POSITIVE_INFINITY) continue;
    problems.push({
      at: at(last.fromMs),
      what: `${instanceId} stands still`,
      message: 'It was stopped, and since then did not run and pass its status checks.',
    });
  }
  for (const { invariant, message } of breaches) {
    problems.push({ at: at(untilMs), what: `invariant ${invariant} is broken`, message });
  }
  for (const [instanceId, policy] of unknownPolicies) {
    problems.push({
      at: at(fromMs),
      what: `${instanceId} is under no policy '${policy}'`,
      message: 'Its tag names a policy that is not there.',
    });
  }
  return problems.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
