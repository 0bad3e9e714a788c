import type { NamedPolicy } from '../shared/domain/policy.ts';
import { archivesOf, needs } from './needs.ts';
import { selectorsOf } from './selected.ts';

/** What a policy needs that the roles of a stack, deployed for those policies, do not give; in words. */
export function lackingUnder(deployed: readonly NamedPolicy[], policy: NamedPolicy): string[] {
  const has = <Item>(items: (policies: readonly NamedPolicy[]) => readonly Item[]) =>
    new Set(items(deployed).map((item) => JSON.stringify(item)));
  const archives = has(archivesOf);
  const selectors = has(selectorsOf);
  return [
    ...Object.entries(needs).flatMap(([need, needed]) =>
      needed(policy) && !deployed.some(needed) ? [`the rights that are there only where ${need}`] : [],
    ),
    ...archivesOf([policy])
      .filter((archive) => !archives.has(JSON.stringify(archive)))
      .map(({ bucket, prefix }) => `the right to s3://${bucket}/${prefix}`),
    ...selectorsOf([policy])
      .filter((tags) => !selectors.has(JSON.stringify(tags)))
      .map((tags) => `the right to instances tagged ${tagged(tags)}`),
  ];
}

const tagged = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' and ');
