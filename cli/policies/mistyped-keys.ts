import type * as z from 'zod';
import { policySchema } from '../../shared/domain/policy.ts';
import { keyMeantBy, valueAt } from './explain-issue.ts';

type Issue = z.core.$ZodIssue;

/**
 * The issues without those that only follow from a mistyped key: `retian:` is one fault, and not also a missing `retain`.
 * @param data what was validated
 */
export function withoutConsequences(issues: readonly Issue[], data: object): Issue[] {
  const mistyped = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue] : []));
  if (mistyped.length === 0) return [...issues];
  const corrected = structuredClone(data);
  for (const { path, keys } of mistyped) {
    const parent = valueAt(corrected, path);
    for (const key of keys) correct(parent, key, keyMeantBy(path, key));
  }
  const remaining = new Set(policySchema.safeParse(corrected).error?.issues.map(identityOf));
  return issues.filter((issue) => issue.code === 'unrecognized_keys' || remaining.has(identityOf(issue)));
}

function correct(parent: unknown, key: string, meant: string | undefined): void {
  if (typeof parent !== 'object' || parent === null || meant === undefined || Object.hasOwn(parent, meant)) return;
  Reflect.set(parent, meant, valueAt(parent, [key]));
  Reflect.deleteProperty(parent, key);
}

function identityOf({ path, message }: Issue): string {
  return JSON.stringify([path, message]);
}
