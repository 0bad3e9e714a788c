import type { LifecycleState } from '@aws-sdk/client-auto-scaling';
import type { _InstanceType, ResourceType } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { printedDeviceMapping } from './printed-storage.ts';
import { amount, flag, instant, tags, text, word } from './printed-words.ts';

/** A version as `describe-launch-template-versions` prints it. User data is not taken: it is known to hold secrets. */
export const printedLaunchTemplateVersion = z.object({
  LaunchTemplateId: text,
  LaunchTemplateName: text,
  VersionNumber: amount,
  VersionDescription: text,
  CreateTime: instant.optional(),
  CreatedBy: text,
  DefaultVersion: flag,
  LaunchTemplateData: z
    .object({
      ImageId: text,
      InstanceType: word<_InstanceType>().optional(),
      BlockDeviceMappings: z.array(printedDeviceMapping.extend({ NoDevice: text })).optional(),
      EbsOptimized: flag,
      KeyName: text,
      SecurityGroupIds: z.array(z.string()).optional(),
      SecurityGroups: z.array(z.string()).optional(),
      TagSpecifications: z.array(z.object({ ResourceType: word<ResourceType>().optional(), Tags: tags })).optional(),
    })
    .optional(),
});

/** A configuration as `aws autoscaling describe-launch-configurations` prints it; no user data here either. */
export const printedLaunchConfiguration = z.object({
  LaunchConfigurationName: z.string(),
  LaunchConfigurationARN: text,
  ImageId: z.string(),
  InstanceType: z.string(),
  CreatedTime: instant,
  BlockDeviceMappings: z.array(printedDeviceMapping.extend({ DeviceName: z.string(), NoDevice: flag })).optional(),
  EbsOptimized: flag,
  KeyName: text,
  SecurityGroups: z.array(z.string()).optional(),
  SpotPrice: text,
});

const launchTemplate = z.object({ LaunchTemplateId: text, LaunchTemplateName: text, Version: text }).optional();

/** A group as `aws autoscaling describe-auto-scaling-groups` prints it. */
export const printedAutoScalingGroup = z.object({
  AutoScalingGroupName: z.string(),
  AutoScalingGroupARN: text,
  LaunchConfigurationName: text,
  LaunchTemplate: launchTemplate,
  MixedInstancesPolicy: z
    .object({
      LaunchTemplate: z
        .object({
          LaunchTemplateSpecification: launchTemplate,
          Overrides: z
            .array(z.object({ InstanceType: text, LaunchTemplateSpecification: launchTemplate, ImageId: text }))
            .optional(),
        })
        .optional(),
    })
    .optional(),
  MinSize: z.number(),
  MaxSize: z.number(),
  DesiredCapacity: z.number(),
  DefaultCooldown: z.number(),
  AvailabilityZones: z.array(z.string()),
  HealthCheckType: z.string(),
  HealthCheckGracePeriod: amount,
  Instances: z
    .array(
      z.object({
        InstanceId: z.string(),
        InstanceType: text,
        AvailabilityZone: z.string(),
        LifecycleState: word<LifecycleState>(),
        HealthStatus: z.string(),
        LaunchConfigurationName: text,
        LaunchTemplate: launchTemplate,
        ProtectedFromScaleIn: z.boolean(),
      }),
    )
    .optional(),
  CreatedTime: instant,
  SuspendedProcesses: z.array(z.object({ ProcessName: text, SuspensionReason: text })).optional(),
  VPCZoneIdentifier: text,
  Tags: z
    .array(
      z.object({
        Key: z.string(),
        Value: z.string().default(''),
        PropagateAtLaunch: flag,
        ResourceId: text,
        ResourceType: text,
      }),
    )
    .optional(),
});
