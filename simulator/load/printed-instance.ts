import type {
  _InstanceType,
  ArchitectureValues,
  AttachmentStatus,
  BootModeValues,
  DeviceType,
  HypervisorType,
  InstanceBootModeValues,
  InstanceLifecycleType,
  MonitoringState,
  NetworkInterfaceStatus,
  PlatformValues,
  Tenancy,
  VirtualizationType,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { amount, flag, instant, productCodes, stateReason, tags, text, word } from './printed-words.ts';

const address = z.object({ IpOwnerId: text, PublicDnsName: text, PublicIp: text, CarrierIp: text }).optional();

const networkInterface = z.object({
  NetworkInterfaceId: text,
  Association: address,
  Attachment: z
    .object({
      AttachmentId: text,
      AttachTime: instant.optional(),
      DeleteOnTermination: flag,
      DeviceIndex: amount,
      Status: word<AttachmentStatus>().optional(),
    })
    .optional(),
  Groups: z.array(z.object({ GroupId: text, GroupName: text })).optional(),
  MacAddress: text,
  OwnerId: text,
  PrivateDnsName: text,
  PrivateIpAddress: text,
  PrivateIpAddresses: z
    .array(z.object({ Association: address, Primary: flag, PrivateDnsName: text, PrivateIpAddress: text }))
    .optional(),
  SourceDestCheck: flag,
  Status: word<NetworkInterfaceStatus>().optional(),
  SubnetId: text,
  VpcId: text,
});

/** An instance as `describe-instances` prints it: the fields that an account can do something with. */
export const printedInstance = z.object({
  InstanceId: text,
  State: z
    .object({
      Code: amount,
      Name: z.enum(['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped']),
    })
    .optional(),
  StateReason: stateReason,
  StateTransitionReason: text,
  Placement: z
    .object({ AvailabilityZone: text, AvailabilityZoneId: text, GroupName: text, Tenancy: word<Tenancy>().optional() })
    .optional(),
  ImageId: text,
  InstanceType: word<_InstanceType>().optional(),
  InstanceLifecycle: word<InstanceLifecycleType>().optional(),
  SpotInstanceRequestId: text,
  LaunchTime: instant.optional(),
  AmiLaunchIndex: amount,
  ClientToken: text,
  Architecture: word<ArchitectureValues>().optional(),
  RootDeviceName: text,
  RootDeviceType: word<DeviceType>().optional(),
  BlockDeviceMappings: z
    .array(
      z.object({
        DeviceName: text,
        Ebs: z
          .object({
            VolumeId: text,
            AttachTime: instant.optional(),
            DeleteOnTermination: flag,
            Status: word<AttachmentStatus>().optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  Tags: tags,
  Platform: word<PlatformValues>().optional(),
  PlatformDetails: text,
  UsageOperation: text,
  UsageOperationUpdateTime: instant.optional(),
  ProductCodes: productCodes,
  VirtualizationType: word<VirtualizationType>().optional(),
  Hypervisor: word<HypervisorType>().optional(),
  BootMode: word<BootModeValues>().optional(),
  CurrentInstanceBootMode: word<InstanceBootModeValues>().optional(),
  TpmSupport: text,
  EnaSupport: flag,
  SriovNetSupport: text,
  EbsOptimized: flag,
  SourceDestCheck: flag,
  KernelId: text,
  RamdiskId: text,
  KeyName: text,
  IamInstanceProfile: z.object({ Arn: text, Id: text }).optional(),
  SecurityGroups: z.array(z.object({ GroupId: text, GroupName: text })).optional(),
  Monitoring: z.object({ State: word<MonitoringState>().optional() }).optional(),
  HibernationOptions: z.object({ Configured: flag }).optional(),
  SubnetId: text,
  VpcId: text,
  PrivateDnsName: text,
  PrivateIpAddress: text,
  PublicDnsName: text,
  PublicIpAddress: text,
  Ipv6Address: text,
  OutpostArn: text,
  NetworkInterfaces: z.array(networkInterface).optional(),
});

export type PrintedInstance = z.infer<typeof printedInstance>;

export const printedReservation = z.object({ OwnerId: text, Instances: z.array(printedInstance) });

/** One answer of `describe-instance-attribute`; it prints the attribute that was asked for and no other. */
export const printedInstanceAttributes = z.object({
  InstanceId: z.string(),
  DisableApiStop: z.object({ Value: flag }).optional(),
  InstanceInitiatedShutdownBehavior: z.object({ Value: z.enum(['stop', 'terminate']).optional() }).optional(),
});

export const printedSpotRequest = z.object({
  SpotInstanceRequestId: z.string(),
  Type: z.enum(['one-time', 'persistent']).optional(),
});
