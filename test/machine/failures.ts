import { describe, expect, it } from 'vitest';
import { attemptsOf } from './definition.ts';
import { errorsOf, mishapCalled } from './mishaps.ts';
import { callsIn, type Run } from './report.ts';
import type { Mishap, Stubs, TaskState } from './tasks.ts';

interface Stage<Done> {
  readonly machine: string;
  /** Where things may go wrong, with the answers that lead there. */
  readonly places: readonly { readonly state: TaskState; readonly tasks?: Stubs }[];
  readonly run: (tasks: Stubs) => Promise<Done>;
  readonly expectFailed: (done: Done, error: string) => void;
  /** Once what failed has passed. */
  readonly expectDone: (done: Done) => void;
}

/** Whatever fails, wherever it fails: every error that a state's function may end in. */
export function failuresOf<Done extends Pick<Run, 'calls'>>(stage: Stage<Done>): void {
  const { machine, places, run, expectFailed, expectDone } = stage;
  const runWith = (state: TaskState, tasks: Stubs | undefined, mishap: () => Mishap | undefined): Promise<Done> =>
    run({ ...tasks, [state]: mishap });

  describe.each(places)('of $state', ({ state, tasks }) => {
    it.each(errorsOf(state))('with %s is final, after as many attempts as it is worth', async (error) => {
      const done = await runWith(state, tasks, () => mishapCalled(error));
      expect(callsIn(state, done)).toHaveLength(attemptsOf(machine, state, error));
      expectFailed(done, error);
    });

    const retried = errorsOf(state).filter((error) => attemptsOf(machine, state, error) > 1);
    it.each(retried)('with %s is forgotten when the last of the attempts passes', async (error) => {
      let left = attemptsOf(machine, state, error) - 1;
      const done = await runWith(state, tasks, () => (left-- > 0 ? mishapCalled(error) : undefined));
      expect(left).toBeLessThan(0);
      expectDone(done);
    });
  });
}
