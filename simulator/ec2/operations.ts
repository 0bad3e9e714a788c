import { copyImage } from './copy-image.ts';
import { createImage } from './create-image.ts';
import { createImageUsageReport } from './create-image-usage-report.ts';
import { createLaunchTemplate } from './create-launch-template.ts';
import { createLaunchTemplateVersion } from './create-launch-template-version.ts';
import { createRestoreImageTask } from './create-restore-image-task.ts';
import { createStoreImageTask } from './create-store-image-task.ts';
import { createTags } from './create-tags.ts';
import { deleteImageUsageReport } from './delete-image-usage-report.ts';
import { deleteLaunchTemplate } from './delete-launch-template.ts';
import { deleteLaunchTemplateVersions } from './delete-launch-template-versions.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { deleteTags } from './delete-tags.ts';
import { deregisterImage } from './deregister-image.ts';
import { describeAddresses } from './describe-addresses.ts';
import { describeFleets } from './describe-fleets.ts';
import { describeImageAttribute } from './describe-image-attribute.ts';
import { describeImageReferences } from './describe-image-references.ts';
import { describeImageUsageReportEntries } from './describe-image-usage-report-entries.ts';
import { describeImageUsageReports } from './describe-image-usage-reports.ts';
import { describeImages } from './describe-images.ts';
import { describeInstanceAttribute } from './describe-instance-attribute.ts';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstances } from './describe-instances.ts';
import { describeLaunchTemplateVersions } from './describe-launch-template-versions.ts';
import { describeLaunchTemplates } from './describe-launch-templates.ts';
import { describeSnapshotAttribute } from './describe-snapshot-attribute.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { describeSpotFleetRequests } from './describe-spot-fleet-requests.ts';
import { describeSpotInstanceRequests } from './describe-spot-instance-requests.ts';
import { describeStoreImageTasks } from './describe-store-image-tasks.ts';
import { describeVolumes } from './describe-volumes.ts';
import { disableImage } from './disable-image.ts';
import { disableImageBlockPublicAccess } from './disable-image-block-public-access.ts';
import { disableImageDeprecation } from './disable-image-deprecation.ts';
import { disableImageDeregistrationProtection } from './disable-image-deregistration-protection.ts';
import { enableImage } from './enable-image.ts';
import { enableImageBlockPublicAccess } from './enable-image-block-public-access.ts';
import { enableImageDeprecation } from './enable-image-deprecation.ts';
import { enableImageDeregistrationProtection } from './enable-image-deregistration-protection.ts';
import { getImageBlockPublicAccessState } from './get-image-block-public-access-state.ts';
import { listImagesInRecycleBin } from './list-images-in-recycle-bin.ts';
import { listSnapshotsInRecycleBin } from './list-snapshots-in-recycle-bin.ts';
import { lockSnapshot } from './lock-snapshot.ts';
import { modifyImageAttribute } from './modify-image-attribute.ts';
import { modifyInstanceAttribute } from './modify-instance-attribute.ts';
import { modifyLaunchTemplate } from './modify-launch-template.ts';
import { modifySnapshotAttribute } from './modify-snapshot-attribute.ts';
import { rebootInstances } from './reboot-instances.ts';
import { restoreImageFromRecycleBin } from './restore-image-from-recycle-bin.ts';
import { restoreSnapshotFromRecycleBin } from './restore-snapshot-from-recycle-bin.ts';
import { runInstances } from './run-instances.ts';
import { startInstances } from './start-instances.ts';
import { stopInstances } from './stop-instances.ts';
import { terminateInstances } from './terminate-instances.ts';
import { unlockSnapshot } from './unlock-snapshot.ts';

export const ec2Operations = {
  CopyImage: copyImage,
  CreateImage: createImage,
  CreateImageUsageReport: createImageUsageReport,
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  CreateRestoreImageTask: createRestoreImageTask,
  CreateStoreImageTask: createStoreImageTask,
  CreateTags: createTags,
  DeleteImageUsageReport: deleteImageUsageReport,
  DeleteLaunchTemplate: deleteLaunchTemplate,
  DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
  DeleteSnapshot: deleteSnapshot,
  DeleteTags: deleteTags,
  DeregisterImage: deregisterImage,
  DescribeAddresses: describeAddresses,
  DescribeFleets: describeFleets,
  DescribeImageAttribute: describeImageAttribute,
  DescribeImageReferences: describeImageReferences,
  DescribeImages: describeImages,
  DescribeImageUsageReportEntries: describeImageUsageReportEntries,
  DescribeImageUsageReports: describeImageUsageReports,
  DescribeInstanceAttribute: describeInstanceAttribute,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeSnapshotAttribute: describeSnapshotAttribute,
  DescribeSnapshots: describeSnapshots,
  DescribeSpotFleetRequests: describeSpotFleetRequests,
  DescribeSpotInstanceRequests: describeSpotInstanceRequests,
  DescribeStoreImageTasks: describeStoreImageTasks,
  DescribeVolumes: describeVolumes,
  DisableImage: disableImage,
  DisableImageBlockPublicAccess: disableImageBlockPublicAccess,
  DisableImageDeprecation: disableImageDeprecation,
  DisableImageDeregistrationProtection: disableImageDeregistrationProtection,
  EnableImage: enableImage,
  EnableImageBlockPublicAccess: enableImageBlockPublicAccess,
  EnableImageDeprecation: enableImageDeprecation,
  EnableImageDeregistrationProtection: enableImageDeregistrationProtection,
  GetImageBlockPublicAccessState: getImageBlockPublicAccessState,
  ListImagesInRecycleBin: listImagesInRecycleBin,
  ListSnapshotsInRecycleBin: listSnapshotsInRecycleBin,
  LockSnapshot: lockSnapshot,
  ModifyImageAttribute: modifyImageAttribute,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifyLaunchTemplate: modifyLaunchTemplate,
  ModifySnapshotAttribute: modifySnapshotAttribute,
  RebootInstances: rebootInstances,
  RestoreImageFromRecycleBin: restoreImageFromRecycleBin,
  RestoreSnapshotFromRecycleBin: restoreSnapshotFromRecycleBin,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
  UnlockSnapshot: unlockSnapshot,
};
