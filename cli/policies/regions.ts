import { nearest } from '../nearest.ts';

/** Those that the AWS SDK of this version knows. A list is old within months: what is not in it is warned of, not refused. */
const knownRegions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'mx-central-1'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
  ...['ap-east-1', 'ap-east-2', 'ap-south-1', 'ap-south-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6'],
  ...['ap-southeast-7', 'af-south-1', 'il-central-1', 'me-central-1', 'me-south-1', 'me-west-1', 'sa-east-1'],
  ...['sa-west-1', 'eusc-de-east-1', 'cn-north-1', 'cn-northwest-1', 'us-gov-east-1', 'us-gov-west-1'],
  ...['us-iso-east-1', 'us-iso-west-1', 'us-isob-east-1', 'us-isob-west-1', 'us-isof-east-1', 'us-isof-south-1'],
  'eu-isoe-west-1',
];

export function isKnownRegion(region: string): boolean {
  return knownRegions.includes(region);
}

/** `: did you mean eu-west-1?`, or '' where nobody can tell what was meant; only ever a Region that there is. */
export function regionMeantBy(region: string): string {
  const meant = nearest(region, knownRegions);
  return meant === undefined ? '' : `: did you mean ${meant}?`;
}
