import type { Instance } from '@aws-sdk/client-ec2';
import { tagsOf } from '../../shared/aws/tagging.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { isSelected, policyWords } from '../../shared/domain/selection.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

/** An instance that a person may ask for. */
export interface KnownInstance {
  instanceId: string;
  /** Its tag Name; empty where it has none. */
  name: string;
  /** Why no policy selects it; null where one does. */
  withoutPolicy: string | null;
}

/** @param isAllSelected whether every instance is taken as tagged for a policy */
export function knownInstances(
  instances: readonly Instance[],
  policies: readonly NamedPolicy[],
  isAllSelected: boolean,
): KnownInstance[] {
  return instances.map(({ InstanceId = '', Tags }) => {
    const tags = tagsOf(Tags);
    const isUnder = isAllSelected || policies.some((policy) => isSelected(tags, policy));
    const words = policyWords(tags[tagKeys.policy] ?? '');
    return {
      instanceId: InstanceId,
      name: tags.Name ?? '',
      withoutPolicy: isUnder ? null : whyWithout(words, policies),
    };
  });
}

function whyWithout(words: readonly string[], policies: readonly NamedPolicy[]): string {
  const noOther = 'and no policy selects it by other tags';
  const unknown = words.filter((word) => !policies.some(({ name }) => name === word));
  if (words.length === 0) return `it has no tag ${tagKeys.policy}, ${noOther}`;
  if (unknown.length === 0) return `its tag ${tagKeys.policy} names ${words.join(', ')}, which select by other tags`;
  return `its tag ${tagKeys.policy} names ${unknown.join(', ')}, of which there is no policy, ${noOther}`;
}
