import type { PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';

/** Bytes of a message. */
const mostBytes = 262_144;

/** Every topic exists, and what is published to it is kept in the account's `notifications`. */
export const publish = operation<PublishCommandInput, Omit<PublishCommandOutput, '$metadata'>>({
  parameters: ['TopicArn', 'Subject', 'Message', 'MessageAttributes'],
  act(call, input) {
    const topicArn = required(input.TopicArn, 'TopicArn');
    const message = required(input.Message, 'Message');
    if (!/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/.test(topicArn)) {
      refuse('InvalidParameter', `Invalid parameter: TopicArn Reason: ${topicArn} is no topic.`);
    }
    if ((input.Subject ?? '').length > 100) refuse('InvalidParameter', 'Invalid parameter: Subject');
    if (Buffer.byteLength(message) > mostBytes) refuse('InvalidParameter', 'Invalid parameter: Message too long');
    const messageId = call.world.newId('message');
    call.world.notifications.push({ topicArn, subject: input.Subject, message, atMs: call.nowMs, messageId });
    return { MessageId: messageId };
  },
});
