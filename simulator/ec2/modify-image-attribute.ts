import type { LaunchPermission, ModifyImageAttributeCommandInput } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord, RegionState } from '../state.ts';
import { replace } from '../world.ts';
import { deprecationOncePublic } from './deprecation.ts';
import { checkState, ownImage } from './own-image.ts';
import { changedPermissions, wantedChanges } from './permissions.ts';

/** Accounts, organizations and units that one image may be shared with. */
const mostShares = 1000;

export const modifyImageAttribute = operation<ModifyImageAttributeCommandInput, object>({
  parameters: ['ImageId', 'LaunchPermission'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const { Add, Remove } = wantedChanges(input.LaunchPermission);
    const image = ownImage(call, input.ImageId);
    checkState(image, 'available');
    for (const permission of [...Add, ...Remove]) checkHolder(permission);
    if (Add.some(({ Group }) => Group === 'all')) checkMayBePublic(region, image);
    const permissions = changedPermissions(image.launchPermissions, Add, Remove);
    if (permissions.length > mostShares) {
      refuse('ResourceLimitExceeded', `An image can be shared with at most ${mostShares} entities.`);
    }
    image.launchPermissions = permissions;
    const Public = permissions.some(({ Group }) => Group === 'all');
    if (Public !== (image.description.Public ?? false)) {
      replace(world, image, { Public, ...(Public ? deprecationOncePublic(image.description) : {}) }, nowMs);
    }
    return {};
  },
});

function checkHolder({ UserId, OrganizationArn, OrganizationalUnitArn }: LaunchPermission): void {
  if (UserId !== undefined && !/^\d{12}$/.test(UserId)) {
    refuse('InvalidAMIAttributeItemValue', `Invalid attribute item value "${UserId}" for userId item type.`);
  }
  const arn = OrganizationArn ?? OrganizationalUnitArn;
  if (arn !== undefined && !/^arn:aws[\w-]*:organizations::\d{12}:(organization|ou)\/o-/.test(arn)) {
    refuse('InvalidAMIAttributeItemValue', `Invalid attribute item value "${arn}": it must be a full ARN.`);
  }
}

function checkMayBePublic(region: RegionState, { id, description }: ImageRecord): void {
  if (region.imageBlockPublicAccess === 'block-new-sharing') {
    // That it is refused is documented, the code is not.
    refuse('OperationNotPermitted', `The image '${id}' cannot be made public: block public access is on.`);
  }
  const isEncrypted = description.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.Encrypted);
  if (isEncrypted || (description.ProductCodes ?? []).length > 0) {
    const what = isEncrypted ? 'encrypted snapshots' : 'product codes';
    refuse('OperationNotPermitted', `The image '${id}' has ${what} and cannot be made public.`);
  }
}
