import { executionsIn } from '../../shared/aws/executions.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { meter } from '../../shared/runtime/powertools.ts';
import { contract, makeFindStranded } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION, WORK_BUCKET: variables.WORK_BUCKET });

export const handler = asTask(
  contract,
  makeFindStranded({
    instances: instancesIn(env.AWS_REGION),
    executions: executionsIn(env.AWS_REGION),
    objects: objectsIn(env.AWS_REGION, env.WORK_BUCKET),
    meter,
  }),
);
