import { imagesIn } from '../../shared/aws/images.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeShareImage } from './task.ts';

export const handler = asTask(contract, makeShareImage({ imagesIn, sharingIn }));
