import { describeExecution } from './describe-execution.ts';
import { stopExecution } from './stop-execution.ts';

export const statesOperations = {
  DescribeExecution: describeExecution,
  StopExecution: stopExecution,
};
