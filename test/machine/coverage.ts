import { expect } from 'vitest';
import * as z from 'zod';
import type { HistoryEvent } from '../../engine/index.ts';
import { machineCalled } from './definition.ts';

/**
 * What there is to be walked: every state, and every way from one to the next, each Catch and each rule of a Choice among
 * them. The rules of a Choice lead to different states (a test sees to it), so a way tells which was followed.
 */
function waysOf(machineName: string): ReadonlySet<string> {
  const ways = new Set<string>();
  for (const [name, { Next, Default, Choices, Catch }] of machineCalled(machineName).states) {
    ways.add(name);
    for (const next of [Next, Default, ...Choices.map((rule) => rule.Next)]) if (next) ways.add(way(name, next, false));
    for (const catcher of Catch) ways.add(way(name, catcher.Next, true));
  }
  return ways;
}

/**
 * By machine, what the histories of this process have walked. vitest gives every file a process of its own, so all that
 * adds to it must run in one test file.
 */
const walked = new Map<string, Set<string>>();

/** Fails where a state, a Catch or a rule of a Choice was not walked; `atLeast` so many ways must there be to walk. */
export function expectAllWalked(machineName: string, atLeast: number): void {
  const ways = waysOf(machineName);
  const done = walked.get(machineName) ?? new Set();
  expect(ways.size).toBeGreaterThanOrEqual(atLeast);
  expect([...ways].filter((each) => !done.has(each))).toEqual([]);
  // What the histories tell and the definition does not know would be a fault of the reading.
  expect([...done].filter((each) => !ways.has(each))).toEqual([]);
}

/** Adds what an execution walked, or a child of its Map. */
export function walk(machineName: string, history: readonly HistoryEvent[]): void {
  const done = walked.get(machineName) ?? new Set();
  walked.set(machineName, done);
  for (const event of history) {
    if (!event.type.endsWith('StateEntered')) continue;
    const name = nameIn(event.stateEnteredEventDetails);
    done.add(name);
    const before = history[event.previousEventId - 1];
    if (!before?.type.endsWith('StateExited')) continue;
    const cause = history[before.previousEventId - 1]?.type ?? '';
    done.add(way(nameIn(before.stateExitedEventDetails), name, failures.has(cause)));
  }
}

/** What the exit of a state follows from where a Catch decided on it. */
const failures: ReadonlySet<string> = new Set(['TaskFailed', 'TaskTimedOut', 'EvaluationFailed', 'MapStateFailed']);

function way(from: string, to: string, isCaught: boolean): string {
  return `${from} ${isCaught ? '-- caught -->' : '-->'} ${to}`;
}

export function nameIn(details: unknown): string {
  return z.object({ name: z.string() }).parse(details).name;
}
