import { snapshotsIn } from '../../shared/aws/snapshots.ts';
import { usesIn } from '../../shared/aws/uses.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeDeleteSnapshots } from './task.ts';

export const handler = asTask(contract, makeDeleteSnapshots({ snapshotsIn, usesIn }));
