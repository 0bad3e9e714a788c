import { type Execution, statusOf } from './execution.ts';
import type { EngineOptions } from './options.ts';
import type { Random } from './random.ts';

/** EventBridge's "Step Functions Execution Status Change". Dates in `detail` are epoch milliseconds. */
export interface StatusChangeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Step Functions Execution Status Change';
  readonly source: 'aws.states';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly [string];
  readonly detail: {
    readonly executionArn: string;
    readonly stateMachineArn: string;
    readonly name: string;
    readonly status: string;
    readonly startDate: number;
    readonly stopDate: number | null;
    readonly input: string | null;
    readonly output: string | null;
    readonly inputDetails: { readonly included: boolean };
    readonly outputDetails: { readonly included: boolean } | null;
    readonly error: string | null;
    readonly cause: string | null;
  };
}

/** Beyond EventBridge's limit, less room for the rest of the event, payloads are left out. */
const payloadLimitBytes = 248 * 1024;

export function statusChangeEvent(
  execution: Execution,
  { accountId, region }: EngineOptions,
  random: Random,
): StatusChangeEvent {
  const { ending } = execution;
  const input = JSON.stringify(execution.input);
  const output = ending?.output === undefined ? null : JSON.stringify(ending.output);
  // They travel as strings inside JSON, so what counts is their escaped size.
  const size = Buffer.byteLength(JSON.stringify([input, output]));
  const included = size <= payloadLimitBytes;
  return {
    version: '0',
    id: random.uuid(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: accountId,
    time: `${new Date(execution.stopMs ?? execution.startMs).toISOString().slice(0, 19)}Z`,
    region,
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachineArn,
      name: execution.name,
      status: statusOf(execution),
      startDate: execution.startMs,
      stopDate: execution.stopMs ?? null,
      input: included ? input : null,
      output: included ? output : null,
      inputDetails: { included },
      outputDetails: output === null ? null : { included },
      error: ending?.error ?? null,
      cause: ending?.cause ?? null,
    },
  };
}
