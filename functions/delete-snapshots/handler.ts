import { snapshotsIn } from '../../shared/aws/snapshots.ts';
import { usesIn } from '../../shared/aws/uses.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeDeleteSnapshots } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION });

export const handler = asTask(contract, makeDeleteSnapshots({ region: env.AWS_REGION, snapshotsIn, usesIn }));
