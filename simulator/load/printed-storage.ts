import type {
  ArchitectureValues,
  BootModeValues,
  DeviceType,
  HypervisorType,
  ImageState,
  ImageTypeValues,
  ImdsSupportValues,
  PlatformValues,
  SnapshotState,
  StorageTier,
  TpmSupportValues,
  VirtualizationType,
  VolumeAttachmentState,
  VolumeState,
  VolumeType,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { amount, flag, instant, instantText, productCodes, stateReason, tags, text, word } from './printed-words.ts';

/** A volume as `describe-volumes` prints it. */
export const printedVolume = z.object({
  VolumeId: text,
  AvailabilityZone: text,
  AvailabilityZoneId: text,
  State: word<VolumeState>().optional(),
  Size: amount,
  VolumeType: word<VolumeType>().optional(),
  Iops: amount,
  Throughput: amount,
  SnapshotId: text,
  CreateTime: instant.optional(),
  Encrypted: flag,
  KmsKeyId: text,
  MultiAttachEnabled: flag,
  Attachments: z
    .array(
      z.object({
        VolumeId: text,
        InstanceId: text,
        Device: text,
        State: word<VolumeAttachmentState>().optional(),
        AttachTime: instant.optional(),
        DeleteOnTermination: flag,
      }),
    )
    .optional(),
  Tags: tags,
  OutpostArn: text,
});

/** A block device that an image, a launch template or a launch configuration would give an instance. */
export const printedDeviceMapping = z.object({
  DeviceName: text,
  VirtualName: text,
  Ebs: z
    .object({
      SnapshotId: text,
      VolumeSize: amount,
      VolumeType: word<VolumeType>().optional(),
      Iops: amount,
      Throughput: amount,
      DeleteOnTermination: flag,
      Encrypted: flag,
      KmsKeyId: text,
    })
    .optional(),
});

/** An image as `describe-images` prints it. */
export const printedImage = z.object({
  ImageId: text,
  Name: text,
  Description: text,
  State: word<ImageState>().optional(),
  StateReason: stateReason,
  OwnerId: text,
  ImageOwnerAlias: text,
  ImageLocation: text,
  CreationDate: instantText.optional(),
  DeprecationTime: instantText.optional(),
  LastLaunchedTime: instantText.optional(),
  DeregistrationProtection: text,
  Public: flag,
  SourceInstanceId: text,
  SourceImageId: text,
  SourceImageRegion: text,
  RootDeviceName: text,
  RootDeviceType: word<DeviceType>().optional(),
  BlockDeviceMappings: z.array(printedDeviceMapping.extend({ NoDevice: text })).optional(),
  Tags: tags,
  Platform: word<PlatformValues>().optional(),
  PlatformDetails: text,
  UsageOperation: text,
  ProductCodes: productCodes,
  Architecture: word<ArchitectureValues>().optional(),
  ImageType: word<ImageTypeValues>().optional(),
  VirtualizationType: word<VirtualizationType>().optional(),
  Hypervisor: word<HypervisorType>().optional(),
  BootMode: word<BootModeValues>().optional(),
  TpmSupport: word<TpmSupportValues>().optional(),
  ImdsSupport: word<ImdsSupportValues>().optional(),
  EnaSupport: flag,
  SriovNetSupport: text,
  KernelId: text,
  RamdiskId: text,
});

/** A snapshot as `describe-snapshots` prints it. */
export const printedSnapshot = z.object({
  SnapshotId: text,
  VolumeId: text,
  State: word<SnapshotState>().optional(),
  StateMessage: text,
  StartTime: instant.optional(),
  CompletionTime: instant.optional(),
  Progress: text,
  VolumeSize: amount,
  FullSnapshotSizeInBytes: amount,
  Description: text,
  OwnerId: text,
  OwnerAlias: text,
  Encrypted: flag,
  KmsKeyId: text,
  StorageTier: word<StorageTier>().optional(),
  RestoreExpiryTime: instant.optional(),
  Tags: tags,
  OutpostArn: text,
});
