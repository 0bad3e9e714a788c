import { imagesIn } from '../../shared/aws/images.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { contract, makeCheckImage } from './task.ts';

export const handler = asTask(contract, makeCheckImage({ imagesIn }));
