import type {
  DescribeSnapshotAttributeCommandInput,
  DescribeSnapshotAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { NotSimulated } from '../service-failure.ts';
import { known } from './identifiers.ts';

export const describeSnapshotAttribute = operation<
  DescribeSnapshotAttributeCommandInput,
  Omit<DescribeSnapshotAttributeCommandOutput, '$metadata'>
>({
  parameters: ['SnapshotId', 'Attribute'],
  act(call, input) {
    const attribute = required(input.Attribute, 'Attribute');
    const snapshot = known('snapshot', call.region.snapshots, required(input.SnapshotId, 'SnapshotId'));
    if (attribute !== 'createVolumePermission') {
      throw new NotSimulated(`the attribute '${attribute}'`, 'add it to simulator/ec2/describe-snapshot-attribute.ts');
    }
    return { SnapshotId: snapshot.id, CreateVolumePermissions: copied(snapshot.permissions) };
  },
});
