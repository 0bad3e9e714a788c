import { archivesIn } from '../../shared/aws/archives.ts';
import { imagesIn } from '../../shared/aws/images.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeApplyArchiveRecord } from './task.ts';

export const handler = asTask(contract, makeApplyArchiveRecord({ imagesIn, sharingIn, archivesIn }));
