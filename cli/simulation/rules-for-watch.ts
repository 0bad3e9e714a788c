import type { Account } from '../../simulator/account.ts';
import type { RetirementRules, RetirementStep } from '../../simulator/invariants/retirement.ts';
import type { WatchOptions } from '../../simulator/invariants.ts';
import { stackNames } from './functions.ts';

/** RetireImage reads the policy in force, and acts by it until it ends: the one before an edit counts for as long. */
const invocationMs = 180_000;
/** A run of captures acts by the policies that it began with: an instance waits its turn, and 36 hours for its image at most. */
const captureMs = 48 * 3_600_000;

/** What is published of a policy, field by field, by whatever wrote it; nothing of it is taken for granted. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * What a watch over this account must know of the policies: those that are published in it, whatever they are at the time. They
 * are read without the schema that the system reads them by, and what is left out means here what the documentation says.
 */
export function rulesForWatch(account: Account): WatchOptions {
  const parsed = new Map<string, Fields>();
  const fieldsOf = (text: string): Fields => {
    const known = parsed.get(text) ?? objectOf(JSON.parse(text));
    parsed.set(text, known);
    return known;
  };
  const parameters = () => account.region(account.homeRegion).parameters;
  /** The text in force, and those that were until so long ago. */
  const textsOf = (name: string, memoryMs: number, most: number): string[] => {
    const parameter = parameters().get(name);
    if (!parameter) return [];
    const isFresh = account.clock.now() - parameter.lastModifiedAtMs < memoryMs;
    return [parameter.value, ...(isFresh ? parameter.earlierValues.slice(-most) : [])];
  };
  return {
    rulesOf(policyName, region) {
      const texts = textsOf(`${stackNames.policyPrefix}${policyName}`, invocationMs, 1);
      return texts.flatMap((text) => rulesOf(fieldsOf(text), region, account.homeRegion));
    },
    isSelected(tags) {
      const names = [...parameters().keys()].filter((name) => name.startsWith(stackNames.policyPrefix));
      return names.some((name) =>
        textsOf(name, captureMs, Infinity).some((text) =>
          isSelected(fieldsOf(text), name.slice(stackNames.policyPrefix.length), tags),
        ),
      );
    },
  };
}

function rulesOf(policy: Fields, region: string, homeRegion: string): RetirementRules[] {
  if (policy.retire === undefined) return [];
  const retire = objectOf(policy.retire);
  const retain = objectOf(policy.retain);
  const copies = listOf(policy.copies).map(objectOf);
  const copy = region === homeRegion ? undefined : copies.find((each) => each.region === region);
  const { atLeast, afterTermination } = copy?.retain === undefined ? retain : objectOf(copy.retain);
  const { maxPerRun } = retire;
  return [
    {
      steps: retire.steps === undefined ? ladder : ladder.filter((step) => listOf(retire.steps).includes(step)),
      graceDays: numberOf(retire.graceDays, 7),
      launchTemplateVersions: numberOf(retire.launchTemplateVersions, 10),
      ...(maxPerRun === undefined ? {} : { maxPerRun: numberOf(maxPerRun, 0) }),
      share: {
        percent: numberOf(retire.maxPercentPerRun, 25),
        rulesOfLineage: Math.max(...[retain, ...copies.map((each) => objectOf(each.retain))].map(ruleCount)),
        daysBetweenRuns: daysBetween(textOf(retire.cron, '0 12 * * ? *')),
      },
      // The newest stays in any case.
      atLeast: numberOf(atLeast, 1),
      ...(afterTermination === undefined ? {} : { afterTerminationDays: daysOf(textOf(afterTermination, '')) }),
    },
  ];
}

const ladder: readonly RetirementStep[] = ['deprecate', 'disable', 'deregister'];
const keepingRules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within'] as const;

function ruleCount(retain: Fields): number {
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
function daysOf(duration: string): number {
  const days: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7, m: 28, y: 365 };
  return Number(duration.slice(0, -1)) * (days[duration.slice(-1)] ?? 0);
}

/** Whether a policy selects what carries these tags: all that it names, or the tag of ours that names it. */
function isSelected({ select }: Fields, name: string, tags: Readonly<Record<string, string | undefined>>): boolean {
  const wanted = select === undefined ? { 'ami-lifecycle:policy': name } : objectOf(objectOf(select).tags);
  return Object.entries(wanted).every(([key, pattern]) => {
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
    if (value === undefined) return false;
    const isOurs = key === 'ami-lifecycle:policy';
    const parts = textOf(pattern, '').split('*');
    const test = new RegExp(`^${parts.map((part) => part.replaceAll(/[^\w ]/g, '\\$&')).join('[^]*')}$`);
    return (isOurs ? value.split(/\s+/) : [value]).some((each) => test.test(each));
  });
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
