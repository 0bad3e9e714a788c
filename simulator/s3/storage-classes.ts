import { refuse } from '../service-failure.ts';

const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;

export type StorageClass = (typeof storageClasses)[number];

/** Every write without a class goes to STANDARD, copies of objects in other classes too. */
export function storageClassOf(name: string | undefined): StorageClass {
  return (
    storageClasses.find((storageClass) => storageClass === (name ?? 'STANDARD')) ??
    refuse('InvalidStorageClass', 'The storage class you specified is not valid')
  );
}

/** Whether objects of the class must be woken by RestoreObject before they can be read. */
export function isArchived(storageClass: StorageClass): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}
