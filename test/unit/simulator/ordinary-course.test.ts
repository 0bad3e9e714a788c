import { describe, expect, test } from 'vitest';
import { type Dated, ordinaryIn } from '../../../simulator/invariants/ordinary-course.ts';
import type { RetirementRules } from '../../../simulator/invariants/retirement.ts';

const dayMs = 86_400_000;
const noon = Date.parse('2026-11-21T12:00:00Z');
const daysAgo = (days: number): number => noon - days * dayMs;
const rules: RetirementRules = {
  steps: ['deprecate', 'disable', 'deregister'],
  graceDays: 0,
  launchTemplateVersions: 10,
  atLeast: 1,
};
const ordinary = (images: Dated[], graceDays = 0) =>
  ordinaryIn(images, { ...rules, graceDays }, { nowMs: noon, daysBetweenRuns: 1 });

function made(days: number, changes: Partial<Dated> = {}): Dated {
  const undated = { begunMs: NaN, rung: { step: '', atMs: NaN } };
  return { region: 'here', source: 'web', madeMs: daysAgo(days), ...undated, ...changes };
}

const on = (step: string, days: number) => ({ begunMs: daysAgo(days), rung: { step, atMs: daysAgo(days) } });
const nights = (count: number) => Array.from({ length: count }, (_, index) => made(index + 0.4));

describe('what the witness takes for the ordinary course', () => {
  test('is what was made in a day, where no image ever took a step', () => {
    expect(ordinary(nights(30))).toBe(1);
  });

  test('is what was made since one of the lineage began, for a week beyond the day', () => {
    expect(ordinary([...nights(30), made(40, on('deprecate', 1))])).toBe(1);
    expect(ordinary([...nights(30), made(40, on('deprecate', 4)), made(41, on('disable', 9))])).toBe(4);
    expect(ordinary([...nights(30), made(40, on('deprecate', 30))])).toBe(8);
  });

  test('is measured by the others of its Region in a lineage of which none began', () => {
    const other = { source: 'database', ...on('deprecate', 4) };
    expect(ordinary([...nights(30), made(40, other)])).toBe(4);
    expect(ordinary([...nights(30), made(40, { ...other, region: 'there' })])).toBe(1);
  });

  test('is as many as began together and came due, if a lineage had made so many in the days before', () => {
    const wave = [5, 6, 7, 8].map((days) => made(days, on('deprecate', 1)));
    expect(ordinary(wave)).toBe(4);
    expect(ordinary(wave, 7)).toBe(0);
    expect(ordinary([...wave, ...Array.from({ length: 6 }, () => made(30, on('deprecate', 1)))])).toBe(4);
    expect(ordinary([made(20, on('disable', 9)), made(21, on('disable', 9))])).toBe(0);
  });

  test('is the most that may take one step, of all Regions together', () => {
    const there = nights(2).map((image) => ({ ...image, region: 'there' }));
    const wave = [5, 6, 7].map((days) => made(days, on('disable', 1)));
    expect(ordinary([...wave, ...there])).toBe(4);
  });
});
