import {
  DescribeImageAttributeCommand,
  DescribeSnapshotAttributeCommand,
  type LaunchPermission as Ec2LaunchPermission,
  GetImageBlockPublicAccessStateCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type LaunchPermission, launchPermissionSchema } from '../domain/archive.ts';
import { LifecycleError } from '../domain/errors.ts';
import { calling, callingOnShown, hasCode } from './aws-errors.ts';
import * as clients from './clients.ts';

/** Who may launch from the images of one Region, and copy their snapshots. */
export function sharingIn(region: string) {
  const ec2 = clients.ec2(region);
  return {
    async launchPermissions(imageId: string): Promise<LaunchPermission[]> {
      const { LaunchPermissions = [] } = await callingOnShown(`DescribeImageAttribute ${imageId}`, () =>
        ec2.send(new DescribeImageAttributeCommand({ ImageId: imageId, Attribute: 'launchPermission' })),
      );
      return z.array(launchPermissionSchema).parse(LaunchPermissions);
    },

    /** @throws ShareRefused */
    async changeLaunchPermissions(
      imageId: string,
      { add, remove }: { add: readonly LaunchPermission[]; remove: readonly LaunchPermission[] },
    ): Promise<void> {
      if (add.length + remove.length === 0) return;
      await refusals(imageId, () =>
        callingOnShown(`ModifyImageAttribute ${imageId}`, () =>
          ec2.send(
            new ModifyImageAttributeCommand({
              ImageId: imageId,
              LaunchPermission: { Add: add.map(asSent), Remove: remove.map(asSent) },
            }),
          ),
        ),
      );
    },

    /** The accounts that may copy a snapshot, without which they can launch from its image but not copy it. */
    async snapshotAccounts(snapshotId: string): Promise<string[]> {
      const { CreateVolumePermissions = [] } = await callingOnShown(`DescribeSnapshotAttribute ${snapshotId}`, () =>
        ec2.send(new DescribeSnapshotAttributeCommand({ SnapshotId: snapshotId, Attribute: 'createVolumePermission' })),
      );
      return CreateVolumePermissions.flatMap(({ UserId }) => (UserId === undefined ? [] : [UserId]));
    },

    /** @throws ShareRefused */
    async changeSnapshotAccounts(
      snapshotId: string,
      { add, remove }: { add: readonly string[]; remove: readonly string[] },
    ): Promise<void> {
      if (add.length + remove.length === 0) return;
      const holders = (accounts: readonly string[]) => accounts.map((UserId) => ({ UserId }));
      await refusals(snapshotId, () =>
        callingOnShown(`ModifySnapshotAttribute ${snapshotId}`, () =>
          ec2.send(
            new ModifySnapshotAttributeCommand({
              SnapshotId: snapshotId,
              CreateVolumePermission: { Add: holders(add), Remove: holders(remove) },
            }),
          ),
        ),
      );
    },

    /** Whether this account lets nobody make an image public in this Region. */
    async blocksPublicAccess(): Promise<boolean> {
      const answer = await calling('GetImageBlockPublicAccessState', () =>
        ec2.send(new GetImageBlockPublicAccessStateCommand({})),
      );
      return answer.ImageBlockPublicAccessState === 'block-new-sharing';
    },
  };
}

function asSent({ UserId, Group, OrganizationArn, OrganizationalUnitArn }: LaunchPermission): Ec2LaunchPermission {
  if (UserId !== undefined) return { UserId };
  if (OrganizationArn !== undefined) return { OrganizationArn };
  return OrganizationalUnitArn === undefined
    ? { Group: Group === 'all' ? 'all' : undefined }
    : { OrganizationalUnitArn };
}

/** What EC2 will not share, such as snapshots under its own key, it refuses with codes that mean much else elsewhere. */
async function refusals(resourceId: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!hasCode(error, 'InvalidParameter', 'InvalidParameterValue', 'OperationNotPermitted', 'UnsupportedOperation')) {
      throw error;
    }
    const reason = error instanceof Error ? error.message : '';
    throw new LifecycleError(
      'ShareRefused',
      `${resourceId} cannot be shared: ${reason}`,
      { resourceId, reason },
      error,
    );
  }
}
