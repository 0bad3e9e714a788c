import type { Engine } from '../../engine/index.ts';
import { tagsOf } from '../../shared/aws/tagging.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Account } from '../../simulator/account.ts';
import type { LoadNote } from '../../simulator/contents.ts';
import type { LeftOut } from '../../simulator/load/tally.ts';
import type { Bucket, RegionState } from '../../simulator/state.ts';
import type { Observer } from './observer.ts';
import { type Problem, problemsOf, type Watched } from './problems.ts';
import { type RescueReport, rescueReport } from './rescue-report.ts';
import { type RetirementReport, retirementReport } from './retirement-report.ts';
import {
  type ArchiveReport,
  archiveReports,
  type RegionReport,
  regionReport,
  type WithoutRetirement,
  withoutRetirement,
} from './storage-report.ts';
import type { Unretired } from './unretired.ts';

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
  /** Captures that made no image, and those whose image was made, but not shared or copied as it should be. */
  failed: number;
  incomplete: number;
  /** From our stop or reboot until it runs and passes its status checks; null if there was none, or none is over. */
  downtimeSeconds: { median: number; worst: number } | null;
  /** What its owner should know of its captures, each once. */
  notices: string[];
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
  rescues: RescueReport;
  retirements: RetirementReport[];
  regions: RegionReport[];
  archives: ArchiveReport[];
  /** What would be there had nothing been retired; null where nothing was. */
  withoutRetirement: WithoutRetirement | null;
  problems: Problem[];
  awsCalls: number;
  stateTransitions: number;
}

interface ReportInput extends Watched {
  account: Account;
  engine: Engine;
  policies: readonly NamedPolicy[];
  /** Where policies archive to. */
  buckets: readonly Bucket[];
  unretired: Unretired;
  leftOut: LeftOut[];
  notes: LoadNote[];
  untagged: string[];
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
    rescues: rescueReport(observer, (instanceId) => nameIn(home, instanceId)),
    retirements: policies.map((policy) => retirementReport(policy, observer)),
    regions: account.regions().map(regionReport),
    archives: archiveReports(input.buckets),
    withoutRetirement: withoutRetirement(account, input.unretired),
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
      name: nameIn(home, instanceId),
      policies: [...new Set(all.map(({ policy }) => policy))],
      captured: all.filter(({ outcome }) => outcome === 'captured').length,
      reasons: countBy(all.filter(({ outcome }) => outcome !== 'failed').map(({ reason }) => reason)),
      failed: all.filter(({ outcome, hasImage }) => outcome === 'failed' && !hasImage).length,
      incomplete: all.filter(({ outcome, hasImage }) => outcome === 'failed' && hasImage).length,
      downtimeSeconds: seconds.length > 0 ? { median: median(seconds), worst: Math.max(...seconds) } : null,
      notices: [...new Set(all.flatMap(({ notices }) => notices))],
    };
  });
}

const nameIn = (home: RegionState, instanceId: string): string =>
  tagsOf(home.instances.get(instanceId)?.description.Tags).Name ?? '';

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
