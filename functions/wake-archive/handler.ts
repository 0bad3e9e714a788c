import { archivesIn } from '../../shared/aws/archives.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeWakeArchive } from './task.ts';

export const handler = asTask(contract, makeWakeArchive({ archivesIn }));
