import { required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import type { Call } from '../world.ts';
import type { ExecutionFacts, Executions } from './executions.ts';

/** `execution:machine:name`, or `execution:machine/label:name` for a child of a distributed Map. */
const executionArnPattern = /^arn:aws[\w-]*:states:([a-z0-9-]+):\d{12}:execution:[^:/]+(?:\/[^:/]+)?:[^:]+$/;

/** The execution that a call names, and what runs it. */
export function knownExecution(
  { world, region }: Call,
  given: string | undefined,
): { execution: ExecutionFacts; executions: Executions } {
  const executionArn = required(given, 'executionArn');
  const [, home] = executionArnPattern.exec(executionArn) ?? refuse('InvalidArn', `Invalid Arn: '${executionArn}'`);
  if (home !== region.name) refuse('InvalidArn', `Invalid Arn: '${executionArn}' is not of ${region.name}`);
  const { executions } = world;
  if (!executions) throw new NotSimulated('an account without executions', 'hand them to account.runExecutions');
  // An account runs them at home alone.
  const execution = region.name === world.homeRegion ? executions.find(executionArn) : undefined;
  return {
    execution: execution ?? refuse('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`),
    executions,
  };
}
