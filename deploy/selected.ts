import type { NamedPolicy } from '../shared/domain/policy.ts';
import { selectorOf } from '../shared/domain/selection.ts';
import { type Tags, tagKeys } from '../shared/domain/tags.ts';
import type { Value } from './cloudformation.ts';

type Condition = { readonly [operator: string]: Value };
/** Of each tag, the values of which one must match. */
type Wanted = ReadonlyMap<string, readonly string[]>;

/**
 * The condition of a statement, once for each way in which policies select instances: what one of them selects is
 * allowed. Who puts our tag on an instance agrees to what its policy does, whichever that is: so a policy that selects
 * by it needs no deploy. `?` in a tag's value is any character to IAM, so as a condition it is a little wider.
 */
export function selectedConditions(
  policies: readonly NamedPolicy[],
  condition: Condition | undefined = {},
): readonly Condition[] {
  return folded(selectorsOf(policies)).map((wanted) => {
    const keys = [...wanted].map(([key, values]) => [
      `aws:ResourceTag/${key}`,
      values.length === 1 ? (values[0] ?? '') : values,
    ]);
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

/**
 * Selectors that differ in the value of one tag are one with several values, as a role has no room for many statements:
 * this selects the same, as all other tags agree.
 */
function folded(selectors: readonly Tags[]): readonly Wanted[] {
  const keys = new Set(selectors.flatMap((tags) => Object.keys(tags)));
  let wanted: readonly Wanted[] = selectors.map(
    (tags) => new Map(Object.entries(tags).map(([key, value]) => [key, [value]])),
  );
  for (const key of keys) {
    const byOthers = new Map<string, Wanted>();
    for (const each of wanted) {
      const others = [...each].filter(([name]) => name !== key).sort(([a], [b]) => (a < b ? -1 : 1));
      const id = JSON.stringify([each.has(key), others]);
      const values = [...(byOthers.get(id)?.get(key) ?? []), ...(each.get(key) ?? [])];
      byOthers.set(id, each.has(key) ? new Map([...each, [key, [...new Set(values)]]]) : each);
    }
    wanted = [...byOthers.values()];
  }
  return wanted;
}
