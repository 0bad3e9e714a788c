import type {
  DescribeSnapshotAttributeCommandInput,
  DescribeSnapshotAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { NotSimulated } from '../service-failure.ts';
import { ownSnapshot } from './own-snapshot.ts';

export const describeSnapshotAttribute = operation<
  DescribeSnapshotAttributeCommandInput,
  Omit<DescribeSnapshotAttributeCommandOutput, '$metadata'>
>({
  parameters: ['SnapshotId', 'Attribute'],
  act(call, input) {
    const attribute = required(input.Attribute, 'Attribute');
    const snapshot = ownSnapshot(call, input.SnapshotId);
    if (attribute !== 'createVolumePermission') {
      throw new NotSimulated(`the attribute '${attribute}'`, 'add it to simulator/ec2/describe-snapshot-attribute.ts');
    }
    return { SnapshotId: snapshot.id, CreateVolumePermissions: copied(snapshot.permissions) };
  },
});
