import * as z from 'zod';
import type { HistoryEvent } from '../../engine/index.ts';
import { states } from './definition.ts';

/**
 * What there is to be walked: every state, and every way from one to the next, each Catch and each rule of a Choice among
 * them. The rules of a Choice lead to different states (a test sees to it), so a way tells which was followed.
 */
export function waysOfDefinition(): ReadonlySet<string> {
  const ways = new Set<string>();
  for (const [name, { Next, Default, Choices, Catch }] of states) {
    ways.add(name);
    for (const next of [Next, Default, ...Choices.map((rule) => rule.Next)]) if (next) ways.add(way(name, next, false));
    for (const catcher of Catch) ways.add(way(name, catcher.Next, true));
  }
  return ways;
}

/** What the histories of this process have walked. It lives here, so all that adds to it must run in one test file. */
export const walked = new Set<string>();

/** Adds what an execution walked. */
export function walk(history: readonly HistoryEvent[]): void {
  for (const event of history) {
    if (!event.type.endsWith('StateEntered')) continue;
    const name = nameIn(event.stateEnteredEventDetails);
    walked.add(name);
    const before = history[event.previousEventId - 1];
    if (!before?.type.endsWith('StateExited')) continue;
    const cause = history[before.previousEventId - 1]?.type ?? '';
    walked.add(way(nameIn(before.stateExitedEventDetails), name, failures.has(cause)));
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
