import { CreateImageCommand, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { watchDowntimes } from '../../../cli/simulation/downtimes.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { web, world } from '../simulator/world.ts';

/** An account whose stop takes 30 s, start 10 s, reboot 10 s, and status checks another 90 s. */
function watched(faults: Fault[] = []) {
  const all = world({ faults });
  const downtimes = watchDowntimes(all.account);
  const InstanceIds = [web];
  return {
    ...all,
    stop: () => all.as('stop-instance', () => all.ec2.send(new StopInstancesCommand({ InstanceIds }))),
    start: () => all.as('start-instance', () => all.ec2.send(new StartInstancesCommand({ InstanceIds }))),
    createImage: (NoReboot: boolean) =>
      all.as('create-image', () => all.ec2.send(new CreateImageCommand({ InstanceId: web, Name: 'gold', NoReboot }))),
    seconds: () => (downtimes.get(web) ?? []).map(({ fromMs, untilMs }) => Math.round((untilMs - fromMs) / 1000)),
  };
}

describe('the downtime of an instance', () => {
  it('lasts from its stop until it runs and its status checks pass', async () => {
    const { stop, start, wait, seconds } = watched();
    await stop();
    await wait(60);
    expect(seconds()).toEqual([Number.POSITIVE_INFINITY]);
    await start();
    await wait(600);
    expect(seconds()).toEqual([60 + 10 + 90]);
  });

  it('lasts longer where the status checks fail at first', async () => {
    const { stop, start, wait, seconds } = watched([{ fault: 'status-checks-fail', seconds: 300 }]);
    await stop();
    await wait(60);
    await start();
    await wait(600);
    expect(seconds()).toEqual([60 + 10 + 300]);
  });

  it('is that of the reboot where an image is made with one, and none where it is made without', async () => {
    const { createImage, wait, seconds, account } = watched();
    await createImage(true);
    await wait(700);
    expect(seconds()).toEqual([]);
    account.call('ec2', 'DeregisterImage', { ImageId: [...account.region('us-east-1').images.keys()][0] });
    await createImage(false);
    await wait(700);
    expect(seconds()).toEqual([10 + 90]);
  });

  it('is none where a stopped instance is captured', async () => {
    const { account, createImage, wait, seconds } = watched();
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    await createImage(false);
    await wait(700);
    expect(seconds()).toEqual([]);
  });

  it('is one where the instance is stopped again before its status checks passed', async () => {
    const { stop, start, wait, seconds } = watched();
    await stop();
    await wait(60);
    await start();
    await wait(30);
    await stop();
    await wait(60);
    await start();
    await wait(600);
    expect(seconds()).toEqual([60 + 30 + 60 + 10 + 90]);
  });

  it('is not what its owner does by hand', async () => {
    const { account, wait, seconds } = watched();
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    account.call('ec2', 'StartInstances', { InstanceIds: [web] });
    await wait(600);
    expect(seconds()).toEqual([]);
  });

  it('is over where its owner starts the instance or terminates it', async () => {
    const { account, stop, wait, seconds } = watched();
    await stop();
    await wait(60);
    account.call('ec2', 'StartInstances', { InstanceIds: [web] });
    await wait(600);
    await stop();
    account.call('ec2', 'TerminateInstances', { InstanceIds: [web] });
    await wait(60);
    expect(seconds()).toEqual([60 + 10 + 90]);
  });
});
