import { archivesIn } from '../../shared/aws/archives.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeCheckStore } from './task.ts';

export const handler = asTask(contract, makeCheckStore({ archivesIn }));
