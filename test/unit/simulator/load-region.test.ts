import { describe, expect, it } from 'vitest';
import { regionOfArn, regionOfZone } from '../../../simulator/load/region.ts';

describe('the Region', () => {
  it.each([
    ['eu-south-1a', 'eu-south-1'],
    ['us-west-2-lax-1a', 'us-west-2'],
    ['us-east-1-wl1-bos-wlz-1', 'us-east-1'],
    ['us-gov-west-1b', 'us-gov-west-1'],
    ['ap-southeast-12c', 'ap-southeast-12'],
    ['eusc-de-east-1a', 'eusc-de-east-1'],
    ['us-east-1', undefined],
    ['use1-az2', undefined],
    ['', undefined],
  ])('of the zone %j is %j', (zone, region) => {
    expect(regionOfZone(zone)).toBe(region);
  });

  it.each([
    ['arn:aws:kms:eu-south-1:111122223333:key/k', 'eu-south-1'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/k', 'cn-north-1'],
    ['arn:aws:iam::111122223333:role/r', undefined],
    ['alias/ami', undefined],
    [undefined, undefined],
  ])('of the ARN %j is %j', (arn, region) => {
    expect(regionOfArn(arn)).toBe(region);
  });
});
