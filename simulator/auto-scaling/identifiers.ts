import type { Call } from '../world.ts';

/** The ARN of a group or launch configuration, which carries an identifier beside the name. */
export function autoScalingArn(call: Call, kind: 'autoScalingGroup' | 'launchConfiguration', name: string): string {
  const { world, region } = call;
  const digits = world.random.hexadecimal(32, kind, region.name, name, call.nowMs);
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `arn:aws:autoscaling:${region.name}:${world.accountId}:${kind}:${uuid}:${kind}Name/${name}`;
}
