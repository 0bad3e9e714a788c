import { archivesIn } from '../../shared/aws/archives.ts';
import { imagesIn } from '../../shared/aws/images.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { policiesIn } from '../../shared/aws/policies.ts';
import { retirementIn } from '../../shared/aws/retirement.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { snapshotsIn } from '../../shared/aws/snapshots.ts';
import { usesIn } from '../../shared/aws/uses.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeRetireImage } from './task.ts';

const env = readEnvironment({
  AWS_REGION: variables.AWS_REGION,
  WORK_BUCKET: variables.WORK_BUCKET,
  POLICY_PREFIX: variables.POLICY_PREFIX,
});

export const handler = asTask(
  contract,
  makeRetireImage({
    region: env.AWS_REGION,
    policies: policiesIn(env.AWS_REGION, env.POLICY_PREFIX),
    instances: instancesIn(env.AWS_REGION),
    imagesIn,
    retirementIn,
    sharingIn,
    snapshotsIn,
    archivesIn,
    usesIn,
    objects: objectsIn(env.AWS_REGION, env.WORK_BUCKET),
  }),
);
