import type { AutoScalingGroup, LaunchConfiguration } from '@aws-sdk/client-auto-scaling';
import type { Image, Instance, LaunchTemplateVersion, Snapshot, Volume } from '@aws-sdk/client-ec2';

/**
 * What an account holds when a simulation begins, in the SDK's shapes (times are Dates where the SDK has Dates).
 * All of it belongs to one Region; an account of several Regions is loaded with one call for each.
 */
export interface AccountContents {
  instances: Instance[];
  volumes?: Volume[];
  images?: Image[];
  snapshots?: Snapshot[];
  launchTemplateVersions?: LaunchTemplateVersion[];
  autoScalingGroups?: AutoScalingGroup[];
  launchConfigurations?: LaunchConfiguration[];
  /** What describe-instances does not print, by instance ID. */
  instanceExtras?: Record<string, InstanceExtras>;
}

export interface InstanceExtras {
  /** `disableApiStop`: StopInstances and TerminateInstances are refused. Default false. */
  stopProtected?: boolean;
  /** Only asked of spot instances. Default 'one-time', which cannot be stopped. */
  spotRequestType?: 'one-time' | 'persistent';
  /** What a shutdown from inside the operating system does. Default 'stop'. */
  shutdownBehavior?: 'stop' | 'terminate';
  /** The share of the used blocks that is written anew each day, 0 to 1. Default drawn between 0.005 and 0.05. */
  dailyChangeRate?: number;
}

/** Something that loading had to make up or leave out, and how often. */
export interface LoadNote {
  note: string;
  count: number;
  /** The first few resources that it concerns. */
  examples: string[];
}
