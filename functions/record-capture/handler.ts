import { imagesIn } from '../../shared/aws/images.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { meter } from '../../shared/runtime/powertools.ts';
import { contract, makeRecordCapture } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION });

export const handler = asTask(contract, makeRecordCapture({ region: env.AWS_REGION, imagesIn, meter }));
