import type { ModifySnapshotAttributeCommandInput } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { ownSnapshot } from './own-snapshot.ts';
import { changedPermissions, wantedChanges } from './permissions.ts';

export const modifySnapshotAttribute = operation<ModifySnapshotAttributeCommandInput, object>({
  parameters: ['SnapshotId', 'CreateVolumePermission'],
  act(call, input) {
    const { region } = call;
    const { Add, Remove } = wantedChanges(input.CreateVolumePermission);
    const snapshot = ownSnapshot(call, input.SnapshotId);
    const { State, Encrypted, KmsKeyId } = snapshot.description;
    if (State !== 'completed') {
      refuse('IncorrectState', `The snapshot '${snapshot.id}' is not completed: it is ${State}.`);
    }
    for (const { UserId } of [...Add, ...Remove]) {
      if (UserId === undefined || /^\d{12}$/.test(UserId)) continue;
      refuse('InvalidParameterValue', `Invalid value '${UserId}' for userId: it must have twelve digits.`);
    }
    if (Encrypted && Add.some(({ Group }) => Group === 'all')) {
      refuse('OperationNotPermitted', 'Encrypted snapshots cannot be made public.');
    }
    if (Encrypted && Add.length > 0 && (KmsKeyId ?? region.keys.defaultArn) === region.keys.defaultArn) {
      refuse('InvalidParameterValue', 'Encrypted snapshots with EBS default key cannot be shared');
    }
    snapshot.permissions = changedPermissions(snapshot.permissions, Add, Remove);
    return {};
  },
});
