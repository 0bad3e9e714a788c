import { notificationsIn } from '../../shared/aws/notifications.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { readEnvironment, variables } from '../../shared/runtime/environment.ts';
import { meter } from '../../shared/runtime/powertools.ts';
import { contract, makeSummariseRescue } from './task.ts';

const env = readEnvironment({
  AWS_REGION: variables.AWS_REGION,
  NOTIFICATION_TOPIC_ARN: variables.NOTIFICATION_TOPIC_ARN,
});

export const handler = asTask(
  contract,
  makeSummariseRescue({
    topicArn: env.NOTIFICATION_TOPIC_ARN,
    objectsIn: (bucket) => objectsIn(env.AWS_REGION, bucket),
    notifications: notificationsIn(env.AWS_REGION),
    meter,
  }),
);
