import type { Tag } from '@aws-sdk/client-ec2';
import { NotSimulated } from '../service-failure.ts';
import { wildcard } from './wildcards.ts';

/** What a request says of itself and of one resource; what is absent, the service does not hand to IAM. */
export interface Context {
  /** Of the resource as it is, whatever reads still see. */
  resourceTags?: readonly Tag[] | undefined;
  /** That the request would write, or take away. */
  requestTags?: readonly Tag[] | undefined;
  /** Condition keys of one value, such as `ec2:CreateAction`. */
  values?: Readonly<Record<string, string>>;
}

export type Condition = (context: Context) => boolean;

/** Keys that have no name of a tag in them. */
const plainKeys: ReadonlySet<string> = new Set([
  'aws:CalledVia',
  'aws:SourceAccount',
  'ec2:CreateAction',
  'ec2:Owner',
  'kms:GrantIsForAWSResource',
  'kms:ViaService',
]);

const severalValues: ReadonlySet<string> = new Set(['aws:CalledVia', 'aws:TagKeys']);

/**
 * One test of a statement's `Condition`: operator, key, and the values of which one must match.
 * @throws NotSimulated for operators and keys that are not understood, so that none is ever passed over
 */
export function parseCondition(operator: string, key: string, wanted: readonly string[]): Condition {
  const [, quantifier, comparison = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const isMetWithout = ifExists !== undefined;
  // Together they hold under conditions that nobody here has a use for.
  if (isMetWithout && (quantifier !== undefined || comparison === 'Null')) throw unknown(`the operator ${operator}`);
  const read = readerOf(key);
  if (comparison === 'Null' && quantifier === undefined) {
    const isAbsent = wanted.join() === 'true';
    return (context) => (read(context) === undefined) === isAbsent;
  }
  const tests = wanted.map((value) => testOf(comparison, operator, value));
  const matches = (value: string): boolean => tests.some((test) => test(value));
  switch (quantifier) {
    case 'ForAllValues':
      return (context) => read(context)?.every(matches) ?? true;
    case 'ForAnyValue':
      return (context) => read(context)?.some(matches) ?? false;
    default:
      // What IAM makes of a key with several values and no quantifier is not documented.
      if (severalValues.has(key)) throw unknown(`${operator} of ${key} without ForAllValues: or ForAnyValue:`);
      return (context) => read(context)?.some(matches) ?? isMetWithout;
  }
}

function testOf(comparison: string, operator: string, value: string): (actual: string) => boolean {
  switch (comparison) {
    case 'StringEquals':
      return (actual) => actual === value;
    case 'StringLike':
      return wildcard(value);
    case 'Bool':
      return (actual) => actual.toLowerCase() === value.toLowerCase();
    default:
      throw unknown(`the condition operator ${operator}`);
  }
}

/** Keys of tags are compared letter by letter; IAM is said not to heed their case, so this is the stricter reading. */
function readerOf(key: string): (context: Context) => readonly string[] | undefined {
  const [, from, tagKey = ''] = /^aws:(ResourceTag|RequestTag)\/(.+)$/.exec(key) ?? [];
  if (from === 'ResourceTag') return ({ resourceTags }) => tagValueOf(resourceTags, tagKey);
  if (from === 'RequestTag') return ({ requestTags }) => tagValueOf(requestTags, tagKey);
  if (key === 'aws:TagKeys') {
    return ({ requestTags = [] }) => (requestTags.length === 0 ? undefined : requestTags.map(({ Key = '' }) => Key));
  }
  if (!plainKeys.has(key)) throw unknown(`the condition key ${key}`);
  return ({ values }) => {
    const value = values?.[key];
    return value === undefined ? undefined : [value];
  };
}

function tagValueOf(tags: readonly Tag[] | undefined, key: string): readonly string[] | undefined {
  const tag = tags?.find(({ Key }) => Key === key);
  return tag && [tag.Value ?? ''];
}

function unknown(what: string): NotSimulated {
  return new NotSimulated(
    what,
    'add it to simulator/iam/conditions.ts, and tell requests of it in simulator/iam/needs.ts',
  );
}
