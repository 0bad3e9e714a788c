import type { NamedPolicy } from '../shared/domain/policy.ts';
import { selectorOf } from '../shared/domain/selection.ts';
import { type Tags, tagKeys } from '../shared/domain/tags.ts';
import type { Value } from './cloudformation.ts';

type Condition = { readonly [operator: string]: Value };

/**
 * The condition of a statement, once for each way in which policies select instances: what one of them selects is
 * allowed. Who puts our tag on an instance agrees to what its policy does, whichever that is: so a policy that selects
 * by it needs no deploy. `?` in a tag's value is any character to IAM, so as a condition it is a little wider.
 */
export function selectedConditions(
  policies: readonly NamedPolicy[],
  condition: Condition | undefined = {},
): readonly Condition[] {
  return selectorsOf(policies).map((tags) => {
    const keys = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
    return { ...condition, StringLike: { ...Object(condition.StringLike), ...Object.fromEntries(keys) } };
  });
}

/** Each way of selecting once, with `*` for any text in a value. */
export function selectorsOf(policies: readonly NamedPolicy[]): readonly Tags[] {
  const selectors = policies.map((policy): Tags => {
    const tags = selectorOf(policy);
    return Object.hasOwn(tags, tagKeys.policy) ? { [tagKeys.policy]: '*' } : tags;
  });
  return [...new Map(selectors.map((tags) => [JSON.stringify(tags), tags])).values()];
}
