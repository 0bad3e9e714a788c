import { listIn, textIn } from './records.ts';

/** The resources that a call would change; what stops, starts or images instances is judged elsewhere. */
export function changedResources(operation: string, input: object): string[] {
  switch (operation) {
    case 'CreateTags':
    case 'DeleteTags':
      return listIn(input, 'Resources');
    case 'DeregisterImage':
    case 'DisableImage':
    case 'DisableImageDeprecation':
    case 'DisableImageDeregistrationProtection':
    case 'EnableImage':
    case 'EnableImageDeprecation':
    case 'EnableImageDeregistrationProtection':
    case 'ModifyImageAttribute':
      return [textIn(input, 'ImageId') ?? ''];
    case 'DeleteSnapshot':
    case 'LockSnapshot':
    case 'ModifySnapshotAttribute':
    case 'UnlockSnapshot':
      return [textIn(input, 'SnapshotId') ?? ''];
    case 'ModifyInstanceAttribute':
      return [textIn(input, 'InstanceId') ?? ''];
    case 'TerminateInstances':
    case 'RebootInstances':
      return listIn(input, 'InstanceIds');
    default:
      return [];
  }
}
