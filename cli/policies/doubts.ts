import { nextRuns, type Schedule } from '../../engine/schedule.ts';
import type { NamedPolicy, Retain } from '../../shared/domain/policy.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import type { LoadedPolicy } from './load.ts';
import { isKnownRegion, regionMeantBy } from './regions.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** A report on who else uses an image counts for so long: docs/decisions/0015-a-report-before-it-is-taken-from-others.md. */
const reportDays = 15;

/** How many retirement runs are looked at: a year of months. */
const retirementRuns = 13;

/** Several times what a run may do where maxPerRun is not written. */
const manyImages = 200;

/**
 * What is legal in a policy, and hardly meant: each a sentence.
 * @param runs its next captures, epoch milliseconds
 * @param atMs from when runs are counted
 */
export function doubtsAbout({ policy, retireSchedule }: LoadedPolicy, runs: readonly number[], atMs: number): string[] {
  return [
    ...captureDoubts(policy, runs),
    ...copyDoubts(policy),
    ...(policy.share?.public
      ? ['share.public: everybody in the world may launch from its images, and read all that is on their volumes']
      : []),
    ...(policy.retain ? retainDoubts('retain', policy.retain) : []),
    ...policy.copies.flatMap(({ retain }, index) =>
      retain ? [...retainDoubts(`copies[${index}].retain`, retain)] : [],
    ),
    ...retirementDoubts(policy),
    ...(retireSchedule ? sharedForEver(policy, retireSchedule, atMs) : []),
    ...(runs.length === 0 ? ['it never runs again: its last date is over'] : []),
  ];
}

function* captureDoubts({ name, select, capture }: NamedPolicy, [first, second]: readonly number[]): Generator<string> {
  const selected = select?.tags[tagKeys.policy];
  const tags = Object.entries(select?.tags ?? {});
  if (tags.length > 0 && tags.every(([, value]) => /^\*+$/.test(value))) {
    yield `it selects every instance that has the tag ${tags.map(([key]) => key).join(' and ')}, whatever its value is`;
  } else if (selected !== undefined && selected !== name) {
    yield `it selects instances tagged '${selected}', though its name is '${name}': leave select out to select by its name`;
  }
  if (capture.consistency !== 'crash' && first !== undefined && second !== undefined && second - first < hourMs) {
    yield 'it interrupts its instances again before an hour is over: a capture may take longer than that';
  }
}

function* copyDoubts({ copies, share }: NamedPolicy): Generator<string> {
  for (const { region, kmsKeyId } of copies) {
    if (!isKnownRegion(region)) {
      yield `copies to ${region}, which is no Region that this version knows${regionMeantBy(region)}`;
    }
    if (!share) continue;
    if (share.public && kmsKeyId !== undefined) {
      yield `copies to ${region} are encrypted, as they have a kmsKeyId, and what is encrypted cannot be public: leave share.public or the key out`;
    } else if (kmsKeyId === undefined || kmsKeyId.endsWith('alias/aws/ebs')) {
      yield `copies to ${region} have no key of your own (kmsKeyId): what is encrypted there gets the default key of EBS, and cannot be shared`;
    }
  }
}

/** More than the rules together can want: then they decide nothing. How many `within` wants, only the runs tell. */
function* retainDoubts(where: string, rules: Retain): Generator<string> {
  const { last = 0, hourly = 0, daily = 0, weekly = 0, monthly = 0, yearly = 0, within, atLeast = 1 } = rules;
  const most = last + hourly + daily + weekly + monthly + yearly;
  if (within !== undefined || atLeast <= Math.max(most, 1)) return;
  yield `${where}.atLeast: ${atLeast} is more than all its rules together keep, which is ${most} at most: the newest ${atLeast} stay, and the rules decide nothing`;
}

function* retirementDoubts({ retire }: NamedPolicy): Generator<string> {
  if (!retire) return;
  const { mode, steps, maxPerRun = 0, maxPercentPerRun } = retire;
  if (maxPercentPerRun === 100 && maxPerRun >= manyImages) {
    yield `maxPercentPerRun: 100 and maxPerRun: ${maxPerRun} stop hardly anything: a mistyped rule may take all images of a step in one run`;
  }
  if (mode === 'report') {
    yield 'mode: report: its runs write the plan, and retire and archive nothing; sharing follows the policy all the same, and what is wanted again comes back';
  } else if (!steps.includes('deregister')) {
    yield 'its steps do not end with deregister: images stay for ever, and their snapshots are paid for';
  } else if (steps.length === 1) {
    yield 'deregister is its only step: an image is gone in the first run that finds it unwanted, without a grace in which it could be held; put deprecate or disable before it';
  }
}

/** An image that is shared waits for a report on its other users, which is asked for in one run and read in the next. */
function* sharedForEver(
  { share, retire, schedule: { timezone } }: NamedPolicy,
  schedule: Schedule,
  atMs: number,
): Generator<string> {
  const takesAway = retire?.steps.some((step) => step !== 'deprecate') ?? false;
  if (!share || !takesAway) return;
  const runs = nextRuns(schedule, { afterMs: atMs, timezone }, retirementRuns);
  const gaps = runs.slice(1).map((runMs, index) => runMs - (runs[index] ?? runMs));
  if (gaps.length === 0 || Math.min(...gaps) <= reportDays * dayMs) return;
  yield `retire.cron runs less often than every ${reportDays} days: an image that is shared is never taken away, as the report on who else uses it is too old by the next run`;
}
