import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { functionNameOf } from '../../cli/simulation/workflows.ts';
import { errorCatalogue } from '../../shared/domain/errors.ts';
import { captureImages, type State, stateCalled, states, taskStates } from './definition.ts';
import { contractOf, functionOf, isTaskState } from './tasks.ts';

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

const thrown = taskStates.flatMap(([name]) =>
  isTaskState(name) ? contractOf[name].errors.map((error) => ({ name, error, ...errorCatalogue[error] })) : [],
);
const retries = [...states].flatMap(([name, { Retry }]) => Retry.map((retrier) => ({ name, retrier })));

function retriersOf(name: string, error: string): State['Retry'] {
  return stateCalled(name).Retry.filter(({ ErrorEquals }) => ErrorEquals.includes(error));
}

describe('The definition of capture-images', () => {
  it('calls in every Task state the function that the tests hold its contract for', () => {
    const called = taskStates.map(([name, { Arguments }]) => {
      const { FunctionName } = z.object({ FunctionName: z.string() }).parse(Arguments);
      return [name, functionNameOf(FunctionName.replaceAll(/[${}]/g, ''))];
    });
    expect(called.length).toBeGreaterThan(10);
    expect(Object.fromEntries(called)).toEqual(functionOf);
  });

  it.each(thrown)(
    'has in $name what becomes of $error, by its disposition $disposition',
    ({ name, error, disposition }) => {
      expect(retriersOf(name, error)).toHaveLength(disposition === 'retry' ? 1 : 0);
      expect(stateCalled(name).Catch).toHaveLength(1);
    },
  );

  it('retries nothing that no task of that state throws', () => {
    const idle = retries.flatMap(({ name, retrier }) =>
      retrier.ErrorEquals.filter(
        (error) => !passingErrors.includes(error) && !thrown.some((each) => each.name === name && each.error === error),
      ).map((error) => `${name}: ${error}`),
    );
    expect(idle).toEqual([]);
  });

  it.each(taskStates)('bounds %s in time, retries what passes by itself and catches all else', (name, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(0);
    expect(passingErrors.map((error) => retriersOf(name, error).length)).toEqual(passingErrors.map(() => 1));
    expect(state.Catch.map(({ ErrorEquals }) => ErrorEquals)).toEqual([['States.ALL']]);
  });

  it.each([...states].filter(([, { Type }]) => Type === 'Map'))('catches all else in %s', (_, { Catch }) => {
    expect(Catch.map(({ ErrorEquals }) => ErrorEquals)).toEqual([['States.ALL']]);
  });

  it('bounds every Retry, spreads it, and names what it is for', () => {
    expect(retries.length).toBeGreaterThanOrEqual(2 * taskStates.length);
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
    expect(z.object({ TimeoutSeconds: z.number() }).parse(captureImages.definition).TimeoutSeconds).toBeGreaterThan(0);
  });

  it('is accepted by asl-validator', () => {
    const copy = z.record(z.string(), z.unknown()).parse(structuredClone(captureImages.definition));
    const { isValid, errorsText } = validate(copy);
    expect(isValid, errorsText('\n')).toBe(true);
  });
});
