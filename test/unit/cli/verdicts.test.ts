import { describe, expect, it } from 'vitest';
import type { LifeEvent } from '../../../cli/simulation/lives.ts';
import { judged, reasonsOf, type VerdictEvent } from '../../../cli/simulation/verdicts.ts';

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
