/* The calendar of cron expressions: months are 1 to 12, weekdays 1 (Sunday) to 7 (Saturday). */

/** The weekday nearest to a day, never leaving its month; a month that lacks the day has none. */
export function nearestWeekday(year: number, month: number, day: number): number[] {
  const length = daysIn(year, month);
  if (day > length) return [];
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return [day === 1 ? 3 : day - 1];
  if (weekday === 1) return [day === length ? day - 2 : day + 1];
  return [day];
}

/** The days of a month that fall on any of the weekdays, ascending. */
export function daysOnWeekdays(year: number, month: number, weekdays: readonly number[]): number[] {
  const days: number[] = [];
  const length = daysIn(year, month);
  let weekday = weekdayOf(year, month, 1);
  for (let day = 1; day <= length; day++) {
    if (weekdays.includes(weekday)) days.push(day);
    weekday = (weekday % 7) + 1;
  }
  return days;
}

/** How many days a month has. */
export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}
