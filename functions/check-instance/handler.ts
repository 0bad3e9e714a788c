import { instancesIn } from '../../shared/aws/instances.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { meter } from '../../shared/runtime/powertools.ts';
import { contract, makeCheckInstance } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION });

export const handler = asTask(contract, makeCheckInstance({ instances: instancesIn(env.AWS_REGION), meter }));
