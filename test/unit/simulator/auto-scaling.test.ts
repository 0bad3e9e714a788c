import { DescribeAutoScalingGroupsCommand, DescribeAutoScalingInstancesCommand } from '@aws-sdk/client-auto-scaling';
import { describe, expect, test } from 'vitest';
import { instance, web, world } from './world.ts';

const member = instance(web, { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'shop' }] });
const group = {
  AutoScalingGroupName: 'shop',
  MinSize: 1,
  MaxSize: 3,
  DesiredCapacity: 1,
  DefaultCooldown: 300,
  AvailabilityZones: ['us-east-1a'],
  HealthCheckType: 'EC2',
  CreatedTime: new Date('2026-01-01'),
  Instances: [
    {
      InstanceId: web,
      AvailabilityZone: 'us-east-1a',
      LifecycleState: 'InService' as const,
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
    },
  ],
};

describe('a member of an Auto Scaling group', () => {
  test('that is stopped is marked unhealthy, terminated and replaced', async () => {
    const {
      as,
      autoScaling,
      account,
      wait,
      instance: now,
    } = world({
      contents: { instances: [member], autoScalingGroups: [group] },
    });
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(61);
    expect(now(web).State?.Name).toBe('shutting-down');
    await wait(60);
    expect(now(web).State?.Name).toBe('terminated');
    const { AutoScalingGroups } = await as('f', () =>
      autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['shop'] })),
    );
    const [replacement, ...others] = AutoScalingGroups?.[0]?.Instances ?? [];
    expect(others).toEqual([]);
    expect(replacement?.InstanceId).not.toBe(web);
    expect(now(replacement?.InstanceId ?? '')).toMatchObject({ State: { Name: 'running' }, Tags: member.Tags });
    const volumeIds = [...account.region('us-east-1').volumes.keys()];
    expect(volumeIds).toEqual([now(replacement?.InstanceId ?? '').BlockDeviceMappings?.[0]?.Ebs?.VolumeId]);
  });

  test('that is terminated by hand is replaced by its like, volumes included', async () => {
    const { account, wait, instance: now } = world({ contents: { instances: [member], autoScalingGroups: [group] } });
    account.call('ec2', 'TerminateInstances', { InstanceIds: [web] });
    await wait(120);
    const members = [...(account.region('us-east-1').autoScalingGroups.get('shop')?.members.keys() ?? [])];
    expect(members).toHaveLength(1);
    expect(now(members[0] ?? '')).toMatchObject({ State: { Name: 'running' } });
    expect(now(members[0] ?? '').BlockDeviceMappings).toHaveLength(1);
  });

  test('is known by its group’s list, or by its tag alone', async () => {
    const tagged = instance('i-00000000000000003', { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'other' }] });
    const { as, autoScaling } = world({
      contents: { instances: [instance(web), tagged, instance('i-00000000000000004')], autoScalingGroups: [group] },
    });
    const InstanceIds = [web, 'i-00000000000000003', 'i-00000000000000004', 'i-00000000000000005'];
    const { AutoScalingInstances } = await as('f', () =>
      autoScaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds })),
    );
    expect(AutoScalingInstances).toMatchObject([
      { InstanceId: web, AutoScalingGroupName: 'shop', LifecycleState: 'InService', HealthStatus: 'HEALTHY' },
      { InstanceId: 'i-00000000000000003', AutoScalingGroupName: 'other' },
    ]);
  });

  test('in standby is left alone when it stops', async () => {
    const standby = group.Instances.map((each) => ({ ...each, LifecycleState: 'Standby' as const }));
    const {
      account,
      wait,
      instance: now,
    } = world({
      contents: { instances: [member], autoScalingGroups: [{ ...group, Instances: standby }] },
    });
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(600);
    expect(now(web).State?.Name).toBe('stopped');
  });
});
