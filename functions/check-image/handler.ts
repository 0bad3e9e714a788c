import { imagesIn } from '../../shared/aws/images.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeCheckImage } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION });

export const handler = asTask(contract, makeCheckImage({ instances: instancesIn(env.AWS_REGION), imagesIn }));
