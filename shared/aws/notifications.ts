import { PublishCommand } from '@aws-sdk/client-sns';
import { withoutEncoded } from '../domain/errors.ts';
import { shortened, visible } from '../domain/visible.ts';
import { calling } from './aws-errors.ts';
import * as clients from './clients.ts';

/** SNS takes 256 KB of UTF-8, in which a character has at most three bytes. */
const mostCharacters = 60_000;

/** Messages for people, by SNS. */
export function notificationsIn(region: string) {
  const sns = clients.sns(region);
  return {
    async publish(topicArn: string, subject: string, message: string): Promise<void> {
      await calling(`Publish to ${topicArn}`, () =>
        sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subjectOf(subject), Message: messageOf(message) })),
      );
    },
  };
}

/** A subject that SNS does not like would cost people the whole message: at most 100 characters of ASCII, on one line. */
function subjectOf(text: string): string {
  const subject = visible(text)
    .replaceAll(/[^ -~]/g, '?')
    .trim();
  return subject.slice(0, 100) || 'AMI Lifecycle';
}

/** Mails show what stands in them, so names that come from tags must not act there. */
function messageOf(text: string): string {
  const lines = withoutEncoded(shortened(text, mostCharacters)).split('\n');
  return lines.map(visible).join('\n') || 'AMI Lifecycle';
}
