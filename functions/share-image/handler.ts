import { imagesIn } from '../../shared/aws/images.ts';
import { policiesIn } from '../../shared/aws/policies.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { snapshotsIn } from '../../shared/aws/snapshots.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeShareImage } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION, POLICY_PREFIX: variables.POLICY_PREFIX });

export const handler = asTask(
  contract,
  makeShareImage({
    region: env.AWS_REGION,
    policies: policiesIn(env.AWS_REGION, env.POLICY_PREFIX),
    imagesIn,
    sharingIn,
    snapshotsIn,
  }),
);
