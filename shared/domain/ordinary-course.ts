import type { Image } from './image.ts';
import { isInstant, nextStep, rungOf } from './ladder.ts';
import { isSlot, slotMs } from './naming.ts';
import type { NamedPolicy, Step } from './policy.ts';
import { tagKeys } from './tags.ts';

const dayMs = 86_400_000;

/** Days without a run, beyond those of the cron, that are caught up with unasked. After more of them people are to look. */
const mostMissedDays = 7;

/** What the ordinary course is measured by: milliseconds, and instants in them. */
interface Times {
  nowMs: number;
  /** From one run of the cron to the next. */
  betweenMs: number;
  /** That, and as long as runs may be missed. */
  mostMs: number;
}

/**
 * How many images of a Region may take the same step in the ordinary course, as each rule lets one go for each that comes: those
 * made since the cron's last run, or since an image of their lineage last began to be retired, if that was longer ago. A run may
 * be missed, or refused, or fail for some; a lineage of which none began yet goes by the others. What began together goes on
 * together, so a later step may be taken by as many as came due for it; but by no more than a lineage had made until then, in the
 * days that are caught up with.
 * @param now ISO instant
 */
export function recentIn(
  lineages: Iterable<readonly Image[]>,
  retire: NonNullable<NamedPolicy['retire']>,
  now: string,
): number {
  const nowMs = Date.parse(now);
  const betweenMs = daysBetweenRuns(retire.cron) * dayMs;
  const times = { nowMs, betweenMs, mostMs: betweenMs + mostMissedDays * dayMs };
  const all = [...lineages].map((lineage) => ({ lineage, begunMs: lastBegunMs(lineage) }));
  const anyBegunMs = Math.max(-Infinity, ...all.flatMap(({ begunMs = [] }) => begunMs));

  let made = 0;
  const due = new Map<Step, number>();
  for (const { lineage, begunMs = anyBegunMs } of all) {
    made += madeSince(lineage, begunMs, times);
    const later = Map.groupBy(laterSteps(lineage, retire, times), ({ step }) => step);
    for (const [step, steps] of later) due.set(step, (due.get(step) ?? 0) + steps.length);
  }
  return Math.max(made, ...due.values());
}

/** When an image of a lineage last began to be retired. */
function lastBegunMs(lineage: readonly Image[]): number | undefined {
  const begun = lineage.flatMap(({ tags: { [tagKeys.retiringSince]: since } }) =>
    isInstant(since) ? [Date.parse(since)] : [],
  );
  return begun.length > 0 ? Math.max(...begun) : undefined;
}

/** How many images are of the days since a lineage was last thinned; where none ever was, of those since the cron's last run. */
function madeSince(lineage: readonly Image[], begunMs: number, { nowMs, betweenMs, mostMs }: Times): number {
  const caughtUpMs = begunMs === -Infinity ? nowMs : Math.max(begunMs, nowMs - mostMs);
  return madeIn(lineage, Math.min(nowMs - betweenMs, caughtUpMs), Infinity);
}

/** The steps after the first one that came due within the days that are caught up with. */
function laterSteps(
  lineage: readonly Image[],
  { steps, graceDays }: NonNullable<NamedPolicy['retire']>,
  { nowMs, mostMs }: Times,
): { step: Step; sinceMs: number }[] {
  const now = new Date(nowMs).toISOString();
  const due = lineage.flatMap((image) => {
    const rung = rungOf(image.tags);
    const next = rung && nextStep(image, steps, graceDays, now);
    if (!next || !('step' in next) || next.step === steps[0]) return [];
    const sinceMs = Date.parse(rung.since);
    return sinceMs + graceDays * dayMs > nowMs - mostMs ? [{ step: next.step, sinceMs }] : [];
  });
  return [...Map.groupBy(due, ({ step }) => step).values()].flatMap((each) => {
    const newestMs = Math.max(...each.map(({ sinceMs }) => sinceMs));
    return each.slice(0, madeIn(lineage, newestMs - mostMs, newestMs));
  });
}

function madeIn(lineage: readonly Image[], afterMs: number, untilMs: number): number {
  return lineage.filter(({ tags: { [tagKeys.slot]: slot } }) => {
    const madeMs = isSlot(slot) ? slotMs(slot) : NaN;
    return madeMs > afterMs && madeMs <= untilMs;
  }).length;
}

/**
 * Days between two runs, as far as the cron tells: one that names days of the week comes within a week, of the month within a
 * month, and months within a year. That is rough, and never too little.
 */
function daysBetweenRuns(cron: string): number {
  const [, , dayOfMonth, month, dayOfWeek] = cron.split(' ');
  const isAny = (field = '*') => field === '*' || field === '?';
  if (!isAny(month)) return 366;
  if (!isAny(dayOfMonth)) return 31;
  return isAny(dayOfWeek) ? 1 : 7;
}
