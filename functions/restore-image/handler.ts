import { archivesIn } from '../../shared/aws/archives.ts';
import { imagesIn } from '../../shared/aws/images.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeRestoreImage } from './task.ts';

export const handler = asTask(contract, makeRestoreImage({ imagesIn, archivesIn }));
