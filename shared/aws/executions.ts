import { DescribeExecutionCommand, type ExecutionStatus } from '@aws-sdk/client-sfn';
import { isLifecycleError } from '../domain/errors.ts';
import type { HolderState } from '../domain/rescue.ts';
import { callingForMaybe, told } from './aws-errors.ts';
import * as clients from './clients.ts';

/** The executions of Step Functions in one Region. */
export function executionsIn(region: string) {
  const stepFunctions = clients.stepFunctions(region);
  return {
    /**
     * What has become of an execution, one of a distributed Map included. Step Functions forgets it 90 days after its end;
     * what it refuses to tell is `unknown`, as a lease may be of a state machine that is none of our business.
     */
    async stateOf(executionArn: string): Promise<HolderState> {
      const nowhere = { startedAt: '', endedAt: '' };
      try {
        const answer = await callingForMaybe(`DescribeExecution ${executionArn}`, () =>
          stepFunctions.send(new DescribeExecutionCommand({ executionArn })),
        );
        if (!answer) return { status: 'lost', ...nowhere };
        return {
          status: isUnderWay(told(answer.status, 'DescribeExecution: status')) ? 'running' : 'ended',
          startedAt: answer.startDate?.toISOString() ?? '',
          endedAt: answer.stopDate?.toISOString() ?? '',
        };
      } catch (error) {
        if (isLifecycleError(error, 'AccessDenied')) return { status: 'unknown', ...nowhere };
        throw error;
      }
    },
  };
}

/** A child that waits for its redrive goes on with what it began. */
function isUnderWay(status: ExecutionStatus): boolean {
  return status === 'RUNNING' || status === 'PENDING_REDRIVE';
}
