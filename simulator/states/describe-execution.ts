import type { DescribeExecutionCommandInput, DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { operation } from '../operation.ts';
import { knownExecution } from './known-execution.ts';

export const describeExecution = operation<
  DescribeExecutionCommandInput,
  Omit<DescribeExecutionCommandOutput, '$metadata'>
>({
  parameters: ['executionArn'],
  act(call, input) {
    const { execution } = knownExecution(call, input.executionArn);
    return {
      ...execution,
      inputDetails: { included: true },
      ...(execution.output === undefined ? {} : { outputDetails: { included: true } }),
      redriveCount: 0,
    };
  },
});
