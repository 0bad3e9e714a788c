import { imagesIn } from '../../shared/aws/images.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { retirementIn } from '../../shared/aws/retirement.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { usesIn } from '../../shared/aws/uses.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { contract, makeRetireImage } from './task.ts';

const env = readEnvironment({ AWS_REGION: variables.AWS_REGION, WORK_BUCKET: variables.WORK_BUCKET });

export const handler = asTask(
  contract,
  makeRetireImage({
    region: env.AWS_REGION,
    instances: instancesIn(env.AWS_REGION),
    imagesIn,
    retirementIn,
    sharingIn,
    usesIn,
    objects: objectsIn(env.AWS_REGION, env.WORK_BUCKET),
  }),
);
