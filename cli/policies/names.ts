import type { NamedPolicy } from '../../shared/domain/policy.ts';

/** What a policy names and does not make: all of it must be there before the policy is deployed. */
export interface Names {
  /** Regions that get copies; one of those that an account has to enable may be among them. */
  regions: string[];
  keys: { key: string; region: string }[];
  buckets: string[];
  topics: string[];
  accounts: string[];
  /** ARNs of organizations and organizational units. */
  organizations: string[];
}

export function namesOf({ copies, archive, notify, share }: NamedPolicy): Names {
  return {
    regions: copies.map(({ region }) => region),
    keys: copies.flatMap(({ region, kmsKeyId }) => (kmsKeyId === undefined ? [] : [{ key: kmsKeyId, region }])),
    buckets: archive ? [archive.bucket] : [],
    topics: notify ? [notify.topicArn] : [],
    accounts: share?.accounts ?? [],
    organizations: [...(share?.organizationArns ?? []), ...(share?.organizationalUnitArns ?? [])],
  };
}

/** A line for each: what it is, and its name. */
export function namedThings(names: Names): [kind: string, name: string][] {
  const all = (kind: string, found: readonly string[]) => found.map((name): [string, string] => [kind, name]);
  return [
    ...all('Region', names.regions),
    ...names.keys.map(({ key, region }): [string, string] => ['key', `${key} in ${region}`]),
    ...all('bucket', names.buckets),
    ...all('topic', names.topics),
    ...all('account', names.accounts),
    ...all('organization', names.organizations),
  ];
}
