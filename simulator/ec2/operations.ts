import { copyImage } from './copy-image.ts';
import { createImage } from './create-image.ts';
import { createTags } from './create-tags.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { deleteTags } from './delete-tags.ts';
import { deregisterImage } from './deregister-image.ts';
import { describeAddresses } from './describe-addresses.ts';
import { describeImageAttribute } from './describe-image-attribute.ts';
import { describeImages } from './describe-images.ts';
import { describeInstanceAttribute } from './describe-instance-attribute.ts';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstances } from './describe-instances.ts';
import { describeSnapshotAttribute } from './describe-snapshot-attribute.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { describeSpotInstanceRequests } from './describe-spot-instance-requests.ts';
import { describeVolumes } from './describe-volumes.ts';
import { modifyImageAttribute } from './modify-image-attribute.ts';
import { modifyInstanceAttribute } from './modify-instance-attribute.ts';
import { modifySnapshotAttribute } from './modify-snapshot-attribute.ts';
import { rebootInstances } from './reboot-instances.ts';
import { runInstances } from './run-instances.ts';
import { startInstances } from './start-instances.ts';
import { stopInstances } from './stop-instances.ts';
import { terminateInstances } from './terminate-instances.ts';

export const ec2Operations = {
  CopyImage: copyImage,
  CreateImage: createImage,
  CreateTags: createTags,
  DeleteSnapshot: deleteSnapshot,
  DeleteTags: deleteTags,
  DeregisterImage: deregisterImage,
  DescribeAddresses: describeAddresses,
  DescribeImageAttribute: describeImageAttribute,
  DescribeImages: describeImages,
  DescribeInstanceAttribute: describeInstanceAttribute,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeSnapshotAttribute: describeSnapshotAttribute,
  DescribeSnapshots: describeSnapshots,
  DescribeSpotInstanceRequests: describeSpotInstanceRequests,
  DescribeVolumes: describeVolumes,
  ModifyImageAttribute: modifyImageAttribute,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifySnapshotAttribute: modifySnapshotAttribute,
  RebootInstances: rebootInstances,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
};
