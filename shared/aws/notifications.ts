import { PublishCommand } from '@aws-sdk/client-sns';
import { calling } from './aws-errors.ts';
import * as clients from './clients.ts';

/** SNS subjects: at most 100 ASCII characters. */
const subjectCharacters = 100;

/** Messages for people, by SNS. */
export function notificationsIn(region: string) {
  const sns = clients.sns(region);
  return {
    async publish(topicArn: string, subject: string, message: string): Promise<void> {
      await calling(`Publish to ${topicArn}`, () =>
        sns.send(
          new PublishCommand({ TopicArn: topicArn, Subject: subject.slice(0, subjectCharacters), Message: message }),
        ),
      );
    },
  };
}
