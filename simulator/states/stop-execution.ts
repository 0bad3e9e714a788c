import type { StopExecutionCommandInput, StopExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { operation } from '../operation.ts';
import { knownExecution } from './known-execution.ts';

export const stopExecution = operation<StopExecutionCommandInput, Omit<StopExecutionCommandOutput, '$metadata'>>({
  parameters: ['executionArn', 'error', 'cause'],
  act(call, { executionArn, error, cause }) {
    const { execution, executions } = knownExecution(call, executionArn);
    const reason = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    return { stopDate: executions.stop(execution.executionArn, reason) };
  },
});
