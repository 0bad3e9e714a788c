import { nearest } from '../nearest.ts';

/**
 * The words that Regions are named of. A list of Regions would be old within months; new words are rare, and only warned of.
 * Source: AWS Regions and Availability Zones, AWS General Reference.
 */
const areas = ['af', 'ap', 'ca', 'cn', 'eu', 'eusc', 'il', 'me', 'mx', 'sa', 'us'];
const parts = ['de', 'gov', 'iso', 'isob', 'isoe', 'isof'];
const directions = [
  ...['north', 'south', 'east', 'west', 'central'],
  ...['northeast', 'northwest', 'southeast', 'southwest'],
];

/** What was probably meant by a Region of which no Region is named so, or '' where nobody can tell; else undefined. */
export function misspeltRegion(region: string): string | undefined {
  const words = region.split('-');
  const known = words.map((word, index) => {
    if (index === words.length - 1) return word;
    return nearestOf(word, index === 0 ? areas : index === words.length - 2 ? directions : parts);
  });
  const meant = known.includes(undefined) ? '' : known.join('-');
  return meant === region ? undefined : meant;
}

function nearestOf(word: string, candidates: readonly string[]): string | undefined {
  return candidates.includes(word) ? word : nearest(word, candidates);
}
