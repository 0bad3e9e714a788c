import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { createStack } from '../cli/simulation/stack.ts';
import { virtualClock } from '../engine/clock.ts';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { type Account, createAccount } from '../simulator/account.ts';
import { type Behaviour, defaultBehaviour } from '../simulator/behaviour.ts';
import type { AccountContents } from '../simulator/contents.ts';

const region = 'eu-west-1';

/** So many servers with two volumes each, all under the policy gold. */
export function fleet(count: number): AccountContents {
  const instances: Instance[] = [];
  const volumes: Volume[] = [];
  for (let index = 0; index < count; index++) {
    const digits = index.toString(16).padStart(15, '0');
    const attached = ['/dev/xvda', '/dev/sdf'].map((device, place) => ({ device, id: `vol-0${place}${digits}` }));
    volumes.push(
      ...attached.map(({ id }) => ({ VolumeId: id, Size: 50, VolumeType: 'gp3' as const, Encrypted: false })),
    );
    instances.push({
      InstanceId: `i-00${digits}`,
      InstanceType: 'm7g.large',
      State: { Code: 16, Name: 'running' },
      LaunchTime: new Date('2026-01-01T00:00:00Z'),
      Placement: { AvailabilityZone: `${region}a` },
      RootDeviceType: 'ebs',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: attached.map(({ device, id }) => ({ DeviceName: device, Ebs: { VolumeId: id } })),
      Tags: [{ Key: 'ami-lifecycle:policy', Value: 'gold' }],
    });
  }
  return { instances, volumes };
}

export interface CaptureFigures {
  /** From `stopped` to the StartInstances call, in seconds, one for each instance. */
  addedSeconds: number[];
  transitionsPerCapture: number;
  ec2CallsPerCapture: number;
}

/** Captures a fleet once, each image and copy taking so many minutes, and counts. */
export async function captureOnce(policy: NamedPolicy, count: number, minutes: number): Promise<CaptureFigures> {
  const clock = virtualClock('2026-11-21T00:00:00Z');
  const stopSeconds = new Map<string, number>();
  const behaviour: Partial<Behaviour> = {
    imageMinutes: () => minutes,
    copyMinutes: () => minutes,
    stopSeconds(instance, random) {
      const seconds = defaultBehaviour.stopSeconds(instance, random);
      stopSeconds.set(instance.InstanceId ?? '', seconds);
      return seconds;
    },
  };
  const account = createAccount({ accountId: '111122223333', homeRegion: region, clock, seed: 1, behaviour });
  account.load(fleet(count));
  const stack = await createStack({ account, clock, seed: 1, policies: [policy] });
  const addedSeconds = watchStandstills(account, stopSeconds);
  const executionArn = stack.capture({ policy: policy.name, scheduledAt: '2026-11-21T00:00:00Z' });
  await clock.run();
  const { status, cause } = stack.engine.describeExecution(executionArn);
  if (status !== 'SUCCEEDED') throw new Error(`The run ended ${status}: ${cause ?? ''}`);
  const ec2Calls = Object.entries(account.calls.byOperation).filter(([operation]) => operation.startsWith('ec2:'));
  return {
    addedSeconds,
    transitionsPerCapture: stack.engine.transitions(executionArn) / count,
    ec2CallsPerCapture: ec2Calls.reduce((sum, [, calls]) => sum + calls, 0) / count,
  };
}

/** The moment of `stopped` is the stop's, plus what the account takes for it: its events are only exact to the second. */
function watchStandstills(account: Account, stopSeconds: ReadonlyMap<string, number>): number[] {
  const stoppedAtMs = new Map<string, number>();
  const addedSeconds: number[] = [];
  account.onCall(({ operation, input, atMs, errorCode }) => {
    if (errorCode !== undefined || !('InstanceIds' in input) || !Array.isArray(input.InstanceIds)) return;
    const instanceId = String(input.InstanceIds[0]);
    if (operation === 'StopInstances') stoppedAtMs.set(instanceId, atMs + 1000 * (stopSeconds.get(instanceId) ?? 0));
    if (operation !== 'StartInstances') return;
    addedSeconds.push((atMs - (stoppedAtMs.get(instanceId) ?? atMs)) / 1000);
  });
  return addedSeconds;
}
