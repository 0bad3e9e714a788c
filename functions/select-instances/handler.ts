import { instancesIn } from '../../shared/aws/instances.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { policiesIn } from '../../shared/aws/policies.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeSelectInstances } from './task.ts';

const env = readEnvironment({
  AWS_REGION: variables.AWS_REGION,
  WORK_BUCKET: variables.WORK_BUCKET,
  POLICY_PREFIX: variables.POLICY_PREFIX,
});

export const handler = asTask(
  contract,
  makeSelectInstances({
    region: env.AWS_REGION,
    policies: policiesIn(env.AWS_REGION, env.POLICY_PREFIX),
    instances: instancesIn(env.AWS_REGION),
    objects: objectsIn(env.AWS_REGION, env.WORK_BUCKET),
  }),
);
