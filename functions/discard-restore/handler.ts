import { imagesIn } from '../../shared/aws/images.ts';
import { retirementIn } from '../../shared/aws/retirement.ts';
import { snapshotsIn } from '../../shared/aws/snapshots.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeDiscardRestore } from './task.ts';

export const handler = asTask(contract, makeDiscardRestore({ imagesIn, retirementIn, snapshotsIn }));
