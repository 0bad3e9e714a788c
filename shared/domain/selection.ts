import type { NamedPolicy } from './policy.ts';
import { type Tags, tagKeys } from './tags.ts';

/** The tags that a policy selects by: those that it names, or the tag that names it. */
export function selectorOf(policy: Pick<NamedPolicy, 'name' | 'select'>): Tags {
  return policy.select?.tags ?? { [tagKeys.policy]: policy.name };
}

/** Whether an instance with these tags is one of the policy's. */
export function isSelected(tags: Tags, policy: Pick<NamedPolicy, 'name' | 'select'>): boolean {
  return Object.entries(selectorOf(policy)).every(([key, wanted]) => {
    // A user's key may be called `constructor`, which every object has.
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
    if (value === undefined) return false;
    const candidates = key === tagKeys.policy ? policyWords(value) : [value];
    return candidates.some((candidate) => matchesWildcard(candidate, wanted));
  });
}

/** The names in the value of the policy tag: words between spaces. */
export function policyWords(value: string): string[] {
  return value.split(/\s/).filter((word) => word !== '');
}

/** `*` stands for any text, also none. Linear: patterns and values come from users. */
function matchesWildcard(value: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return value === pattern;
  if (!value.startsWith(head)) return false;
  let position = head.length;
  for (const part of rest) {
    const found = value.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return value.length - position >= tail.length && value.endsWith(tail);
}
