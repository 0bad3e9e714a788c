import { describe, expect, it } from 'vitest';
import { tellsOf } from '../../explore/news.ts';

const lacking = ['i-0123456789abcdef0 has no complete image of gold in eu-west-1.'];

function message(subject: string, text = subject) {
  return { topicArn: 'topic', subject, message: text, atMs: 0, messageId: '1' };
}

describe('A message tells of what is lacking', () => {
  it.each([
    ['counts failures', message('gold: 1 captured, 0 skipped, 1 failed of 2')],
    ['counts what was skipped', message('gold: 0 captured, 1 skipped, 0 failed of 1')],
    ['names an error', message('gold: CapturesFailed')],
    ['names an error of Step Functions', message('gold: States.Timeout')],
    ['names what is lacking', message('Rescue: 1 instances run again, 0 do not', 'i-0123456789abcdef0 runs again')],
  ])('where it %s', (_, told) => {
    expect(tellsOf(told, lacking)).toBe(true);
  });

  it.each([
    ['says that all went well', message('gold: 1 captured, 0 skipped, 0 failed of 1')],
    ['is of a retirement in which nothing failed', message('gold: 4 of 5 images kept, 1 deregistered, 0 failed')],
    ['is of something else', message('Rescue: 1 instances run again, 0 do not', 'i-0fedcba9876543210 runs again')],
  ])('but not where it %s', (_, told) => {
    expect(tellsOf(told, lacking)).toBe(false);
  });
});
