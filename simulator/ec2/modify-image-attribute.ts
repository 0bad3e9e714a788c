import type { LaunchPermission, ModifyImageAttributeCommandInput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord } from '../state.ts';
import { replace } from '../world.ts';
import { known } from './identifiers.ts';
import { changedPermissions, wantedChanges } from './permissions.ts';

/** Accounts, organizations and units that one image may be shared with. */
const mostShares = 1000;

export const modifyImageAttribute = operation<ModifyImageAttributeCommandInput, object>({
  parameters: ['ImageId', 'LaunchPermission'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const id = required(input.ImageId, 'ImageId');
    const { Add, Remove } = wantedChanges(input.LaunchPermission);
    if (region.tombstones.has(id)) {
      refuse('InvalidAMIID.Unavailable', `The image id '[${id}]' is no longer available`);
    }
    const image = known('image', region.images, id);
    if (image.description.OwnerId !== world.accountId) refuse('AuthFailure', `Not authorized for image:${id}`, 401);
    if (image.description.State !== 'available') {
      refuse('InvalidAMIID.Unavailable', `The image id '[${id}]' is not available: it is ${image.description.State}`);
    }
    for (const permission of [...Add, ...Remove]) checkHolder(permission);
    if (Add.some(({ Group }) => Group === 'all')) checkMayBePublic(image);
    const permissions = changedPermissions(image.launchPermissions, Add, Remove);
    if (permissions.length > mostShares) {
      refuse('ResourceLimitExceeded', `An image can be shared with at most ${mostShares} entities.`);
    }
    image.launchPermissions = permissions;
    const Public = permissions.some(({ Group }) => Group === 'all');
    if (Public !== image.description.Public) replace(world, image, { Public }, nowMs);
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

function checkMayBePublic({ id, description }: ImageRecord): void {
  const isEncrypted = description.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.Encrypted);
  if (isEncrypted || (description.ProductCodes ?? []).length > 0) {
    const what = isEncrypted ? 'encrypted snapshots' : 'product codes';
    refuse('OperationNotPermitted', `The image '${id}' has ${what} and cannot be made public.`);
  }
}
