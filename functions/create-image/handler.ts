import { imagesIn } from '../../shared/aws/images.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeCreateImage } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION });

export const handler = asTask(
  contract,
  makeCreateImage({ instances: instancesIn(env.AWS_REGION), images: imagesIn(env.AWS_REGION) }),
);
