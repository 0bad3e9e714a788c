import type { NamedPolicy } from '../shared/domain/policy.ts';
import { archivesOf, needs, topicsOf } from './needs.ts';
import { selectorsOf } from './selected.ts';

/** What a policy needs that the roles of a stack, deployed for those policies, do not give; in words. */
export function lackingUnder(deployed: readonly NamedPolicy[], policy: NamedPolicy): string[] {
  const stops = needs['a policy stops instances'];
  const stopping = deployed.filter(stops);
  const unselected = missing(selectorsOf([policy]), selectorsOf(deployed));
  const unstopped = stops(policy) && stopping.length > 0 ? missing(selectorsOf([policy]), selectorsOf(stopping)) : [];
  return [
    ...Object.entries(needs).flatMap(([need, needed]) =>
      needed(policy) && !deployed.some(needed) ? [`the rights that are there only where ${need}`] : [],
    ),
    ...missing(archivesOf([policy]), archivesOf(deployed)).map(
      ({ bucket, prefix }) => `the right to s3://${bucket}/${prefix}`,
    ),
    ...missing(topicsOf([policy]), topicsOf(deployed)).map((topicArn) => `the right to publish to ${topicArn}`),
    ...unselected.map((tags) => `the right to instances tagged ${tagged(tags)}`),
    ...missing(unstopped, unselected).map((tags) => `the right to stop instances tagged ${tagged(tags)}`),
  ];
}

/** Those of `needed` that are not among `present`. */
function missing<Item>(needed: readonly Item[], present: readonly Item[]): Item[] {
  const known = new Set(present.map((item) => JSON.stringify(item)));
  return needed.filter((item) => !known.has(JSON.stringify(item)));
}

const tagged = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' and ');
