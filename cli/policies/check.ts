import { type ClockChange, clockChanges, nextRuns } from '../../engine/schedule.ts';
import { zoneOf } from '../../engine/schedule-zone.ts';
import type { InputProblem } from '../input-error.ts';
import { doubtsAbout } from './doubts.ts';
import { type LoadedPolicy, readPolicies } from './load.ts';
import { type Names, namesOf } from './names.ts';

export interface CheckReport {
  policies: PolicyReport[];
  problems: InputProblem[];
  /** Of policies that have problems; those of the others stand with them. */
  warnings: InputProblem[];
}

/** ISO 8601; `local` with the offset of the policy's zone at that time. */
interface RunTime {
  local: string;
  utc: string;
}

export interface PolicyReport {
  name: string;
  file: string;
  description?: string;
  schedule: string;
  timezone: string;
  flexibleMinutes: number;
  nextRuns: RunTime[];
  /** Absent where the policy retires nothing. */
  retirement?: { mode: 'report' | 'enforce'; schedule: string; nextRuns: RunTime[] };
  names: Names;
  warnings: string[];
}

const runCount = 5;
const retirementCount = 2;
const horizonMs = 366 * 86_400_000;

/**
 * Checks policies and looks ahead: five runs, and a year of clock changes.
 * @param sources files or folders
 * @param atMs the instant from which the runs are counted, epoch milliseconds
 * @param region where they are to be deployed; without it, what depends on that is not checked
 */
export function checkPolicies(sources: readonly string[], atMs: number, region?: string): CheckReport {
  const { policies, problems, doubts } = readPolicies(sources, region === undefined ? {} : { region });
  return { policies: policies.map((loaded) => reportOn(loaded, atMs)), problems, warnings: doubts };
}

function reportOn(loaded: LoadedPolicy, atMs: number): PolicyReport {
  const { file, policy, schedule, retireSchedule } = loaded;
  const { timezone, flexibleMinutes } = policy.schedule;
  const runs = nextRuns(schedule, { afterMs: atMs, timezone }, runCount);
  const changes = clockChanges(schedule, { fromMs: atMs, untilMs: atMs + horizonMs, timezone });
  const warnings = [...changes.map((change) => warningOf(change, timezone)), ...doubtsAbout(loaded, runs, atMs)];
  return {
    name: policy.name,
    file,
    ...(policy.description === undefined ? {} : { description: policy.description }),
    schedule: schedule.expression,
    timezone,
    flexibleMinutes,
    nextRuns: runs.map((runMs) => timeOf(runMs, timezone)),
    ...(policy.retire && retireSchedule
      ? {
          retirement: {
            mode: policy.retire.mode,
            schedule: retireSchedule.expression,
            nextRuns: nextRuns(retireSchedule, { afterMs: atMs, timezone }, retirementCount).map((runMs) =>
              timeOf(runMs, timezone),
            ),
          },
        }
      : {}),
    names: namesOf(policy),
    warnings,
  };
}

function timeOf(epochMs: number, timezone: string): RunTime {
  return { local: localTime(epochMs, timezone), utc: isoSeconds(epochMs) };
}

/** `at 02:30 on 2027-03-28 Europe/Rome skips this time: the run is left out` */
function warningOf({ kind, localTimes }: ClockChange, timezone: string): string {
  const [first = ''] = localTimes;
  const [date, time] = first.split('T');
  const others = localTimes.length - 1;
  const where = `at ${time}${others > 0 ? ` and ${others} more time${others === 1 ? '' : 's'}` : ''} on ${date}`;
  return kind === 'skipped'
    ? `${where} ${timezone} skips the hour: what is due then does not run`
    : `${where} ${timezone} has the hour twice: what is due then runs the first time only`;
}

/** `2026-11-22T03:00:00+01:00` */
function localTime(epochMs: number, timezone: string): string {
  const localMs = zoneOf(timezone).toLocal(epochMs);
  const offsetMinutes = Math.round((localMs - epochMs) / 60_000);
  const distance = Math.abs(offsetMinutes);
  const digits = [Math.floor(distance / 60), distance % 60].map((part) => String(part).padStart(2, '0'));
  return `${isoSeconds(localMs).slice(0, -1)}${offsetMinutes < 0 ? '-' : '+'}${digits.join(':')}`;
}

function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
