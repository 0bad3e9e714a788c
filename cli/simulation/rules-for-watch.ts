import { type NamedPolicy, namedPolicySchema, type Retain } from '../../shared/domain/policy.ts';
import type { Account } from '../../simulator/account.ts';
import type { RetirementRules } from '../../simulator/invariants/retirement.ts';
import type { WatchOptions } from '../../simulator/invariants.ts';
import { stackNames } from './functions.ts';

/** RetireImage reads the policy in force, and acts by it until it ends: the one before an edit counts for as long. */
const invocationMs = 180_000;

/**
 * What a watch over this account must know of the policies: those that are published in it, whatever they are at the time.
 */
export function rulesForWatch(account: Account): WatchOptions {
  const parsed = new Map<string, NamedPolicy>();
  const policyOf = (text: string): NamedPolicy => {
    const policy = parsed.get(text) ?? namedPolicySchema.parse(JSON.parse(text));
    parsed.set(text, policy);
    return policy;
  };
  return {
    rulesOf(policyName, region) {
      const parameter = account.region(account.homeRegion).parameters.get(`${stackNames.policyPrefix}${policyName}`);
      if (!parameter) return [];
      const isFresh = account.clock.now() - parameter.lastModifiedAtMs < invocationMs;
      const texts = [parameter.value, ...(isFresh ? parameter.earlierValues.slice(-1) : [])];
      return texts.flatMap((text) => rulesOf(policyOf(text), region, account.homeRegion));
    },
  };
}

function rulesOf({ retire, retain, copies }: NamedPolicy, region: string, homeRegion: string): RetirementRules[] {
  if (!retire) return [];
  const own = region === homeRegion ? undefined : copies.find((copy) => copy.region === region)?.retain;
  const { atLeast, afterTermination } = own ?? retain ?? {};
  return [
    {
      steps: retire.steps,
      graceDays: retire.graceDays,
      ...(retire.maxPerRun === undefined ? {} : { maxPerRun: retire.maxPerRun }),
      share: {
        percent: retire.maxPercentPerRun,
        rulesOfLineage: Math.max(...[retain, ...copies.map((copy) => copy.retain)].map(ruleCount)),
        daysBetweenRuns: daysBetween(retire.cron),
      },
      // The newest stays in any case.
      atLeast: atLeast ?? 1,
      ...(afterTermination === undefined ? {} : { afterTerminationDays: daysOf(afterTermination) }),
    },
  ];
}

const keepingRules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within'] as const;

function ruleCount(retain: Retain = {}): number {
  return keepingRules.filter((rule) => retain[rule] !== undefined).length;
}

/** At most so many days between two runs of a cron, by the fields that it leaves open. */
function daysBetween(cron: string): number {
  const [, , dayOfMonth = '', month = '', dayOfWeek = ''] = cron.split(' ');
  const isOpen = (field: string) => ['*', '?'].includes(field);
  if (!isOpen(month)) return 366;
  if (!isOpen(dayOfMonth)) return 31;
  return isOpen(dayOfWeek) ? 1 : 7;
}

/** At least so many days: calendars have longer months and years. */
function daysOf(duration: NonNullable<Retain['afterTermination']>): number {
  const days: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7, m: 28, y: 365 };
  return Number(duration.slice(0, -1)) * (days[duration.slice(-1)] ?? 0);
}
