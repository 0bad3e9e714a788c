import { archivesIn } from '../../shared/aws/archives.ts';
import { imagesIn } from '../../shared/aws/images.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeRecordArchive } from './task.ts';

export const handler = asTask(contract, makeRecordArchive({ imagesIn, sharingIn, archivesIn, objectsIn }));
