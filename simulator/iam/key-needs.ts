import type { RegionState, SnapshotRecord } from '../state.ts';
import type { Call } from '../world.ts';
import type { Need } from './rights.ts';

const keyActions = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:CreateGrant'];

/** An encrypted copy is read under one key and written under another. What AWS says it takes, it says of both. */
export function mayCopyUnderKeys(
  call: Call,
  from: RegionState,
  { source, keyArn }: { source: SnapshotRecord; keyArn: string | undefined },
): boolean {
  const { Encrypted, KmsKeyId } = source.description;
  return mayUse(call, [
    ...onKey(from, Encrypted ? KmsKeyId : undefined, [...keyActions, 'kms:ReEncryptFrom']),
    ...onKey(call.region, keyArn, [...keyActions, 'kms:ReEncryptTo']),
  ]);
}

/** EC2 attaches encrypted volumes by a grant that it makes with the rights of who starts the instance. */
export function mayStartUnderKeys(call: Call, volumeIds: readonly string[]): boolean {
  const { region } = call;
  const keys = volumeIds.flatMap((id) => {
    const { Encrypted, KmsKeyId } = region.volumes.get(id)?.description ?? {};
    return Encrypted && KmsKeyId !== undefined ? [KmsKeyId] : [];
  });
  return mayUse(
    call,
    keys.flatMap((key) => onKey(region, key, ['kms:CreateGrant'])),
  );
}

/** AWS's own key for EBS lets everybody in the account use it through EC2. */
export function onKey(region: RegionState, name: string | undefined, actions: readonly string[]): Need[] {
  if (name === undefined) return [];
  const arn = region.keys.find(name)?.arn ?? name;
  if (arn === region.keys.defaultArn) return [];
  const values = { 'kms:ViaService': `ec2.${region.name}.amazonaws.com`, 'kms:GrantIsForAWSResource': 'true' };
  return actions.map((action) => ({ action, resource: arn, context: { values } }));
}

function mayUse({ world, caller }: Call, needs: readonly Need[]): boolean {
  return caller === undefined || world.rights?.refused(caller, needs) === undefined;
}
