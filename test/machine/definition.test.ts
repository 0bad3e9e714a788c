import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { folderOf } from '../../cli/simulation/workflows.ts';
import { errorCatalogue } from '../../shared/domain/errors.ts';
import { machineCalled, machines, retriersOf, type State } from './definition.ts';
import { isTaskState, taskOf } from './tasks.ts';

/** Lambda's own, of which AWS says that they pass; and what a killed or hanging function ends in. */
const passingErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'States.Timeout',
];

const functionSchema = z.object({ FunctionName: z.templateLiteral(['${', z.string(), '}']) });
const machineSchema = z.object({ StateMachineArn: z.templateLiteral(['${', z.string(), '}']) });

/** The substitution's key in `${createImage}`. */
function functionKeyOf({ Arguments }: State): string | undefined {
  return functionSchema.safeParse(Arguments).data?.FunctionName.slice(2, -1);
}

function workflowKeyOf({ Arguments }: State): string | undefined {
  return machineSchema.safeParse(Arguments).data?.StateMachineArn.slice(2, -1);
}

describe.each(machines)(
  'The definition of $name',
  ({ states, definition, timeoutSeconds, functionKeys, workflowKeys }) => {
    const named = [...states];
    const tasks = named.filter(([, { Type }]) => Type === 'Task');
    const calls = tasks.filter(([, state]) => functionKeyOf(state));
    const starts = tasks.filter(([, state]) => workflowKeyOf(state));
    const thrown = calls.flatMap(([name, state]) =>
      isTaskState(name)
        ? taskOf[name].contract.errors.map((error) => ({ name, state, error, ...errorCatalogue[error] }))
        : [],
    );
    const retries = named.flatMap(([name, { Retry }]) => Retry.map((retrier) => ({ name, retrier })));

    it('calls in every Task state the function that the tests hold its contract for, or starts a workflow', () => {
      expect(calls.length).toBeGreaterThan(3);
      expect(calls.length + starts.length).toBe(tasks.length);
      expect(calls.map(([name, state]) => [name, folderOf(functionKeyOf(state) ?? '')])).toEqual(
        calls.map(([name]) => [name, isTaskState(name) ? taskOf[name].folder : 'of which test/machine/tasks.ts knows']),
      );
    });

    it('calls and starts what its workflow.yml says, and nothing else', () => {
      const unique = (keys: readonly (string | undefined)[]) => new Set(keys);
      expect(unique(calls.map(([, state]) => functionKeyOf(state)))).toEqual(unique(functionKeys));
      expect(unique(starts.map(([, state]) => workflowKeyOf(state)))).toEqual(unique(workflowKeys));
    });

    it.each(thrown)(
      'has in $name what becomes of $error, by its disposition $disposition',
      ({ state, error, disposition }) => {
        expect(retriersOf(state, error)).toHaveLength(disposition === 'retry' ? 1 : 0);
        expect(state.Catch).toHaveLength(1);
      },
    );

    it('retries nothing that no task of that state throws', () => {
      const isThrown = (name: string, error: string): boolean =>
        thrown.some((each) => each.name === name && each.error === error) ||
        (passingErrors.includes(error) && calls.some(([each]) => each === name));
      const idle = retries.flatMap(({ name, retrier }) =>
        retrier.ErrorEquals.filter((error) => !isThrown(name, error)).map((error) => `${name}: ${error}`),
      );
      expect(idle).toEqual([]);
    });

    it.each(calls)('bounds %s in time, and retries what passes by itself', (_, state) => {
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      expect(passingErrors.map((error) => retriersOf(state, error).length)).toEqual(passingErrors.map(() => 1));
    });

    it.each(named.filter(([, { Type }]) => Type === 'Task' || Type === 'Map'))(
      'catches all else in %s',
      (_, { Catch }) => {
        expect(Catch.map(({ ErrorEquals }) => ErrorEquals)).toEqual([['States.ALL']]);
      },
    );

    it('lets what it starts end by itself, and waits no longer than it may take as a whole', () => {
      for (const [name, state] of starts) {
        const started = machineCalled(folderOf(workflowKeyOf(state) ?? ''));
        const limits = [started.timeoutSeconds, state.TimeoutSeconds, timeoutSeconds].map((limit) => limit ?? 0);
        expect(limits, `${name}: the workflow's limit, the state's, its own`).toEqual(
          [...new Set(limits)].sort((left, right) => left - right),
        );
        expect(limits[0]).toBeGreaterThan(0);
      }
    });

    it('bounds every Retry, spreads it, and names what it is for', () => {
      expect(retries.length).toBeGreaterThanOrEqual(2 * calls.length);
      for (const { name, retrier } of retries) {
        expect({ name, ...retrier }).toMatchObject({
          MaxAttempts: expect.toSatisfy((attempts: number) => attempts > 0),
          MaxDelaySeconds: expect.toSatisfy((seconds: number) => seconds >= retrier.IntervalSeconds),
          JitterStrategy: 'FULL',
        });
        expect(retrier.ErrorEquals).not.toContain('States.ALL');
        expect(retrier.ErrorEquals).not.toContain('States.TaskFailed');
      }
    });

    it('goes from every rule of a Choice to another state, so that a history tells which was followed', () => {
      for (const { Type, Choices, Default } of states.values()) {
        if (Type !== 'Choice') continue;
        const ends = [...Choices.map(({ Next }) => Next), Default];
        expect(new Set(ends).size).toBe(ends.length);
      }
    });

    it('has a time limit as a whole', () => {
      expect(timeoutSeconds).toBeGreaterThan(0);
    });

    it('is accepted by asl-validator', () => {
      const copy = z.record(z.string(), z.unknown()).parse(structuredClone(definition));
      const { isValid, errorsText } = validate(copy);
      expect(isValid, errorsText('\n')).toBe(true);
    });
  },
);
