import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import type { Contract } from '../domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../domain/errors.ts';
import { shortened, visible } from '../domain/visible.ts';
import { brief, briefError } from './brief.ts';
import { logger, meter } from './powertools.ts';

/** What a log line is found by; taken from the input where it is there. */
const logKeys = ['executionId', 'instanceId', 'imageId', 'slot', 'region', 'policy'] as const;

/** As long as the ARN of an execution may be. */
const mostOfKey = 256;

/**
 * Makes a task a Lambda handler; the one middleware stack of the project. Input that does not fit the contract is
 * `InputInvalid`; an error is logged once and thrown on unchanged, so that its name reaches the workflow. It never
 * makes a success of a failure.
 */
export function asTask<Input, Output>(contract: Contract<Input, Output>, task: (input: Input) => Promise<Output>) {
  const run = async (event: unknown): Promise<Output> => {
    try {
      const output = outputOf(contract, await task(inputOf(contract, event)));
      logger.info('done', { outcome: brief(outcomeOf(output)) });
      return output;
    } catch (error) {
      logger.error(error instanceof Error ? String(brief(error.message)) : 'failed', {
        error: briefError(error),
        ...(isLifecycleError(error) ? { details: brief(error.details) } : {}),
      });
      if (isLifecycleError(error, 'AwsThrottled')) meter.count('Throttled', 1, {});
      throw error;
    }
  };
  return (
    // Step Functions has its own timeout on every task; middy's early one would need a timer for every call.
    middy<unknown, Output, Error, Context>(run, { timeoutEarlyInMillis: 0 }).use(
      injectLambdaContext(logger, { resetKeys: true }),
    )
  );
}

function inputOf<Input, Output>(contract: Contract<Input, Output>, event: unknown): Input {
  const parsed = contract.input.safeParse(event);
  if (!parsed.success) {
    // Without the cause: zod's error lists every problem and every key of an input that may be of any size.
    throw new LifecycleError('InputInvalid', `The input does not fit: ${problemsOf(parsed.error)}`);
  }
  logger.appendKeys(keysOf(event));
  return parsed.data;
}

function outputOf<Input, Output>(contract: Contract<Input, Output>, result: Output): Output {
  const parsed = contract.output.safeParse(result);
  if (parsed.success) return parsed.data;
  throw new Error(`The task's answer breaks its own contract: ${problemsOf(parsed.error)}`, { cause: parsed.error });
}

/** So that all of them come to less than a thousand characters, which keys and paths of any length would not. */
const toldProblems = 5;
const mostOfPath = 60;
const mostOfProblem = 80;

/** Paths and problems, never values: an input may be large and may carry what does not belong in a log. */
function problemsOf(error: z.ZodError): string {
  const issues = error.issues.flatMap((issue) => leavesOf(issue));
  const shown = issues.slice(0, toldProblems).map(({ path, message }) => {
    const place = shortened(visible(toDotPath(path)), mostOfPath);
    return `${place || 'input'}: ${shortened(visible(message), mostOfProblem)}`;
  });
  return [...shown, ...(issues.length > shown.length ? [`and ${issues.length - shown.length} more`] : [])].join('; ');
}

/** Of what could have been several things, the problems of the one that it comes closest to. */
function leavesOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path];
  const kinds = issue.code === 'invalid_union' ? issue.errors : [];
  const [closest] = kinds.toSorted((left, right) => left.length - right.length);
  if (!closest) return [{ ...issue, path }];
  return closest.flatMap((inner) => leavesOf(inner, path));
}

/** An answer for the log: of a policy its name alone, as its tags, texts and accounts are none of the log's business. */
function outcomeOf(output: unknown): Record<string, unknown> {
  const { policy, policies, ...rest } = fieldsOf(output);
  return {
    ...rest,
    policy: fieldsOf(policy).name ?? policy,
    ...(policies === undefined ? {} : { policies: Object.keys(fieldsOf(policies)) }),
  };
}

/** What a call is about. Inputs name it themselves, or hold an item, a trigger or a whole policy that does. */
function keysOf(event: unknown): Record<string, string> {
  const { item, event: trigger, policy, policyName } = fieldsOf(event);
  const own = { ...fieldsOf(trigger), ...fieldsOf(item), ...fieldsOf(event) };
  const named = { ...own, policy: policyName ?? fieldsOf(policy).name ?? own.policy };
  const found = Object.entries(named).filter(([key]) => logKeys.some((logKey) => logKey === key));
  return Object.fromEntries(
    found.flatMap(([key, value]) => (typeof value === 'string' ? [[key, shortened(value, mostOfKey)]] : [])),
  );
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' ? { ...value } : {};
}
