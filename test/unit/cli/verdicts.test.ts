import { describe, expect, it } from 'vitest';
import type { LifeEvent } from '../../../cli/simulation/lives.ts';
import {
  judged,
  reasonsOf,
  type VerdictEvent,
  type WithheldEvent,
  withheld,
} from '../../../cli/simulation/verdicts.ts';

type Verdict = [what: 'kept' | 'not wanted', ...reasons: string[]];

/** The verdicts of a run a day, as they are remembered. */
function verdictsOf(...verdicts: Verdict[]) {
  const events: (LifeEvent | VerdictEvent)[] = [];
  for (const [day, [what, ...reasons]] of verdicts.entries()) judged({ events }, { atMs: day, what, reasons });
  return events.flatMap((event) =>
    'lastReasons' in event ? [{ ...event, told: reasonsOf(event), days: [event.atMs, event.lastAtMs] }] : [],
  );
}

describe('A verdict', () => {
  it('that is the same every day is remembered once', () => {
    const verdicts = verdictsOf(['kept', 'held: legal'], ['kept', 'held: legal'], ['kept', 'held: legal']);
    expect(verdicts).toMatchObject([{ what: 'kept', told: ['held: legal'], days: [0, 2], noLonger: [] }]);
  });

  it('does not change when a count goes on, and tells how far it went', () => {
    const verdicts = verdictsOf(
      ['kept', 'daily 1 of 7', 'weekly 1 of 4'],
      ['kept', 'daily 2 of 7', 'weekly 1 of 4'],
      ['kept', 'daily 3 of 7', 'weekly 1 of 4'],
    );
    expect(verdicts).toMatchObject([{ told: ['daily 1 to 3 of 7', 'weekly 1 of 4'] }]);
  });

  it('changes when a reason goes, and says which', () => {
    const verdicts = verdictsOf(
      ['kept', 'daily 1 of 7', 'oldest, while weekly has 3 of 4 left'],
      ['kept', 'daily 2 of 7', 'oldest, while weekly has 2 of 4 left'],
      ['kept', 'daily 3 of 7'],
      ['not wanted', 'no rule keeps it'],
    );
    expect(verdicts.map(({ told, noLonger }) => [told, noLonger])).toEqual([
      [['daily 1 to 2 of 7', 'oldest, while weekly has 3 to 2 of 4 left'], []],
      [['daily 3 of 7'], ['oldest, while weekly has some left']],
      [['no rule keeps it'], ['daily']],
    ]);
  });

  it('changes when a reason comes, and when the user of an image is another', () => {
    const first = 'in use by launch template lt-1 version 4';
    const second = 'in use by launch template lt-1 version 5';
    expect(verdictsOf(['kept', first], ['kept', first, 'held: legal'], ['kept', second])).toMatchObject([
      { told: [first], noLonger: [] },
      { told: [first, 'held: legal'], noLonger: [] },
      { told: [second], noLonger: [first, 'held: legal'] },
    ]);
  });

  it('that goes on from step to step says nothing of reasons that it never had', () => {
    const verdicts = verdictsOf(['not wanted', 'no rule keeps it'], ['not wanted', 'no rule keeps it', 'disabled']);
    expect(verdicts).toMatchObject([{ noLonger: [] }, { told: ['no rule keeps it', 'disabled'], noLonger: [] }]);
  });
});

describe('What is withheld', () => {
  /** What the plan of each day withholds; nothing where it is undefined. */
  const eventsOf = (...kinds: (string | undefined)[]): [string, number, number][] => {
    const events: (LifeEvent | VerdictEvent | WithheldEvent)[] = [];
    for (const [day, kind] of kinds.entries()) {
      judged({ events }, { atMs: day, what: day % 2 === 0 ? 'kept' : 'not wanted', reasons: [] });
      withheld({ events }, kind === undefined ? undefined : { atMs: day, kind, reasons: [`on day ${day}`] });
    }
    return events.flatMap((event) => ('kind' in event ? [[event.kind, event.atMs, event.lastAtMs]] : []));
  };

  it('is one event for as long as every plan has it, whatever the verdicts do', () => {
    expect(eventsOf('a', 'a', 'a')).toEqual([['a', 0, 2]]);
  });

  it('is another where it changes, or where a plan had nothing of it', () => {
    expect(eventsOf('a', 'b', 'b', undefined, 'b')).toEqual([
      ['a', 0, 0],
      ['b', 1, 2],
      ['b', 4, 4],
    ]);
  });
});
