import { sentenceOf } from '../../shared/domain/errors.ts';
import type { InvariantBroken } from '../../simulator/invariants.ts';
import type { Observer } from './observer.ts';

export interface Problem {
  at: string;
  what: string;
  message: string;
}

/** What a simulation was seen to do. */
export interface Watched {
  observer: Observer;
  breaches: readonly InvariantBroken[];
  /** Instance, and the name in its policy tag of which there is no policy. */
  unknownPolicies: [instanceId: string, policy: string][];
  fromMs: number;
  untilMs: number;
}

/** All that went wrong, in order of time. */
export function problemsOf({ observer, breaches, unknownPolicies, fromMs, untilMs }: Watched): Problem[] {
  const problems: Problem[] = [
    ...captureProblems(observer),
    ...rescueProblems(observer),
    ...retirementProblems(observer),
  ];
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
      message:
        'Its tag names a policy that is not there; to try one of yours on every instance, add --select-all and its name.',
    });
  }
  return problems.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

function captureProblems({ runs }: Observer): Problem[] {
  return runs.flatMap(({ startedAtMs, status, error, cause, captures }) => {
    const failed = captures.filter(({ outcome }) => outcome === 'failed');
    const told = failed.map(({ policy, instanceId, reason, message }) => ({
      at: at(startedAtMs),
      what: `${policy} ${instanceId} ${reason}`,
      message,
    }));
    if (status === 'SUCCEEDED' || failed.length > 0) return told;
    return [{ at: at(startedAtMs), what: `the run ended ${status} ${error}`.trim(), message: cause }];
  });
}

function rescueProblems({ rescues }: Observer): Problem[] {
  return rescues.flatMap(({ startedAtMs, status, error, cause, instances }) => {
    const failed = instances.filter(({ outcome }) => outcome === 'failed');
    const told = failed.map(({ instanceId, error: name, message }) => ({
      at: at(startedAtMs),
      what: `the rescue of ${instanceId} ${name}`,
      message,
    }));
    if (status === 'SUCCEEDED' || failed.length > 0) return told;
    return [{ at: at(startedAtMs), what: `a rescue ended ${status} ${error}`.trim(), message: sentenceOf(cause) }];
  });
}

function retirementProblems({ retirements, failedTransfers }: Observer): Problem[] {
  const ofRuns = retirements.flatMap(({ policy, startedAtMs, status, error, cause, failures, incomplete }) => {
    const told = failures.map(({ region, imageId, error: name, message }) => ({
      at: at(startedAtMs),
      what: `${policy} ${imageId ?? 'snapshots without an image'} in ${region} ${name}`,
      message,
    }));
    // What the images failed of says all, unless there is more to say.
    if (status === 'SUCCEEDED' || (failures.length > 0 && incomplete.length === 0)) return told;
    const what = `the retirement of ${policy} ended ${status} ${error}`.trim();
    return [...told, { at: at(startedAtMs), what, message: sentenceOf(cause) }];
  });
  // An archive that a retirement asked for is told as its failure.
  const byHand = failedTransfers.filter(({ isNested }) => !isNested);
  return [
    ...ofRuns,
    ...byHand.map(({ machine, startedAtMs, status, error, cause }) => ({
      at: at(startedAtMs),
      what: `${machine} ended ${status} ${error}`.trim(),
      message: sentenceOf(cause),
    })),
  ];
}

function at(atMs: number): string {
  return new Date(atMs).toISOString();
}
