import { autoScalingOperations } from './auto-scaling/operations.ts';
import { ec2Operations } from './ec2/operations.ts';
import type { AnyOperation, OperationTable } from './operation.ts';
import { operationFile } from './operation.ts';
import { s3Operations } from './s3/operations.ts';
import { NotSimulated } from './service-failure.ts';
import { snsOperations } from './sns/operations.ts';
import { ssmOperations } from './ssm/operations.ts';
import { statesOperations } from './states/operations.ts';

/** Every simulated operation, by service and API name. */
export const services = {
  ec2: ec2Operations,
  s3: s3Operations,
  ssm: ssmOperations,
  sns: snsOperations,
  'auto-scaling': autoScalingOperations,
  states: statesOperations,
} as const;

export type Services = typeof services;

const tables: Readonly<Record<string, OperationTable>> = services;

/** Throws NotSimulated for an operation that has no file. */
export function operationOf(service: string, name: string): AnyOperation {
  const table = tables[service];
  const found = table && Object.hasOwn(table, name) ? table[name] : undefined;
  if (found) return found;
  throw new NotSimulated(
    `the operation ${service}:${name}`,
    `add ${operationFile(service, name)} and name it in simulator/${service}/operations.ts`,
  );
}
