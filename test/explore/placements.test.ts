import { describe, expect, it } from 'vitest';
import { jobText, parseJob } from '../../explore/jobs.ts';
import { faultOf } from '../../explore/placements.ts';

const three =
  'capture-by-tag create-image/ec2:CreateImage@eu-west-1#2 throttled*2 + event:Tag Change on Resource@eu-west-1#1 late-event + start-instance#1 killed-after';

describe('A run of faults', () => {
  it('is named by words, and found by them again', () => {
    expect(jobText(parseJob(three))).toBe(three);
    expect(jobText(parseJob('retire'))).toBe('retire');
  });

  it('is what the account understands', () => {
    expect(parseJob(three).placements.map(faultOf)).toEqual([
      {
        fault: 'throttled',
        function: 'create-image',
        service: 'ec2',
        operation: 'CreateImage',
        region: 'eu-west-1',
        nth: 2,
        times: 2,
      },
      { fault: 'late-event', operation: 'Tag Change on Resource', region: 'eu-west-1', nth: 1 },
      { fault: 'killed-after', function: 'start-instance', nth: 1 },
    ]);
  });
});
