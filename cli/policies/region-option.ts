import { InvalidArgumentError } from 'commander';
import { isKnownRegion, regionMeantBy } from './regions.ts';

/** The words that Regions are named of; new ones are rare. Source: AWS Regions and Availability Zones, AWS General Reference. */
const areas = ['af', 'ap', 'ca', 'cn', 'eu', 'eusc', 'il', 'me', 'mx', 'sa', 'us'];
const parts = ['de', 'gov', 'iso', 'isob', 'isoe', 'isof'];
const directions = [
  ...['north', 'south', 'east', 'west', 'central'],
  ...['northeast', 'northwest', 'southeast', 'southwest'],
];

/**
 * The Region that an option names: one that there could be.
 * @throws InvalidArgumentError
 */
export function parseRegion(region: string): string {
  if (isKnownRegion(region) || isNamedLikeOne(region)) return region;
  throw new InvalidArgumentError(`No Region is named so${regionMeantBy(region) || '.'}`);
}

function isNamedLikeOne(region: string): boolean {
  const [, area = '', inner = '', direction = ''] = /^([a-z]+)((?:-[a-z]+)*)-([a-z]+)-\d$/.exec(region) ?? [];
  const middle = inner.split('-').slice(1);
  return areas.includes(area) && directions.includes(direction) && middle.every((word) => parts.includes(word));
}
