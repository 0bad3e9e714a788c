import {
  CreateImageUsageReportCommand,
  DeregisterImageCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
} from '@aws-sdk/client-ec2';
import { isLifecycleError, LifecycleError } from '../domain/errors.ts';
import { callingForMaybe, callingOnShown, hasCode, told } from './aws-errors.ts';
import * as clients from './clients.ts';
import { reportedTypes } from './usage-reports.ts';

/** What takes images of one Region out of use, and back. */
export function retirementIn(region: string) {
  const ec2 = clients.ec2(region);
  return {
    /** Hides an image from other accounts' listings, from now on. @param at an ISO instant; EC2 refuses the past */
    async deprecate(imageId: string, at: string): Promise<void> {
      await callingOnShown(`EnableImageDeprecation ${imageId}`, () =>
        ec2.send(new EnableImageDeprecationCommand({ ImageId: imageId, DeprecateAt: new Date(at) })),
      );
    },

    async cancelDeprecation(imageId: string): Promise<void> {
      await callingOnShown(`DisableImageDeprecation ${imageId}`, () =>
        ec2.send(new DisableImageDeprecationCommand({ ImageId: imageId })),
      );
    },

    /** Makes an image unusable, and drops its launch permissions for good. */
    async disable(imageId: string): Promise<void> {
      await callingOnShown(`DisableImage ${imageId}`, () => ec2.send(new DisableImageCommand({ ImageId: imageId })));
    },

    async enable(imageId: string): Promise<void> {
      await callingOnShown(`EnableImage ${imageId}`, () => ec2.send(new EnableImageCommand({ ImageId: imageId })));
    },

    /**
     * Deregisters an image with its snapshots. EC2 answers 200 also where snapshots stay.
     * @returns the snapshots that it did not delete, with EC2's word for why; undefined if the image is gone already
     * @throws ImageHeld where EC2 keeps it, as one that is protected or managed by AWS Backup; the code is not documented
     */
    async deregisterWithSnapshots(imageId: string): Promise<{ snapshotId: string; code: string }[] | undefined> {
      const answer = await unlessHeld(imageId, () =>
        callingForMaybe(`DeregisterImage ${imageId}`, () =>
          ec2.send(new DeregisterImageCommand({ ImageId: imageId, DeleteAssociatedSnapshots: true })),
        ),
      );
      if (!answer) return undefined;
      return (answer.DeleteSnapshotResults ?? []).flatMap(({ SnapshotId, ReturnCode = '' }) =>
        ReturnCode === 'success'
          ? []
          : [{ snapshotId: told(SnapshotId, 'DeregisterImage: SnapshotId'), code: ReturnCode }],
      );
    },

    /**
     * Asks EC2 which other accounts use an image; the answer is there some hours later, for 30 days, and costs nothing. One may
     * be under way for an image, and 2,000 in a Region.
     * @param at the ISO instant of the step: asked twice with the same one, EC2 makes one report
     * @returns whether there was room for another: those under way end within hours, too late for a retry
     */
    async requestUsageReport(imageId: string, at: string): Promise<boolean> {
      try {
        await callingOnShown(`CreateImageUsageReport ${imageId}`, () =>
          ec2.send(
            new CreateImageUsageReportCommand({
              ImageId: imageId,
              ResourceTypes: reportedTypes.map((ResourceType) => ({ ResourceType })),
              ClientToken: `${imageId}/${at}`,
            }),
          ),
        );
        return true;
      } catch (error) {
        if (!isLifecycleError(error, 'QuotaExceeded')) throw error;
        return false;
      }
    },
  };
}

async function unlessHeld<Answer>(imageId: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!hasCode(error, 'OperationNotPermitted', 'UnsupportedOperation')) throw error;
    const reason = error instanceof Error ? error.message : '';
    throw new LifecycleError('ImageHeld', `${imageId} cannot be deregistered: ${reason}`, { imageId, reason }, error);
  }
}
