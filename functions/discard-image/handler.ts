import { imagesIn } from '../../shared/aws/images.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeDiscardImage } from './task.ts';

export const handler = asTask(contract, makeDiscardImage({ imagesIn }));
