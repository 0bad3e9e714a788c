import { listIn, textIn } from './records.ts';

/** What a call would change, or take from: its own invariant judges what is in none of these. */
export interface Changes {
  /** By id. */
  resources?: readonly string[];
  /** Instances that it stops or makes an image of. */
  captured?: readonly string[];
  /** An image that it reads the content of, maybe of another Region. */
  copied?: { imageId: string; region?: string | undefined };
  /** Objects that it writes or takes away. */
  objects?: readonly StoredAt[];
  /** One that it pays for to be readable again. */
  woken?: StoredAt;
}

export interface StoredAt {
  bucket: string;
  key: string;
}

type Reader = (input: object) => Changes;

const ofTagged: Reader = (input) => ({ resources: listIn(input, 'Resources') });
const ofImage: Reader = (input) => ({ resources: [textIn(input, 'ImageId') ?? ''] });
const ofSnapshot: Reader = (input) => ({ resources: [textIn(input, 'SnapshotId') ?? ''] });
const ofInstance: Reader = (input) => ({ resources: [textIn(input, 'InstanceId') ?? ''] });
const ofInstances: Reader = (input) => ({ resources: listIn(input, 'InstanceIds') });
const ofObject: Reader = (input) => ({ objects: [objectIn(input)] });
const none: Reader = () => ({});

const changing: Readonly<Record<string, Reader>> = {
  'ec2:CreateTags': ofTagged,
  'ec2:DeleteTags': ofTagged,
  'ec2:DeregisterImage': ofImage,
  'ec2:DisableImage': ofImage,
  'ec2:DisableImageDeprecation': ofImage,
  'ec2:DisableImageDeregistrationProtection': ofImage,
  'ec2:EnableImage': ofImage,
  'ec2:EnableImageDeprecation': ofImage,
  'ec2:EnableImageDeregistrationProtection': ofImage,
  'ec2:ModifyImageAttribute': ofImage,
  'ec2:DeleteSnapshot': ofSnapshot,
  'ec2:LockSnapshot': ofSnapshot,
  'ec2:ModifySnapshotAttribute': ofSnapshot,
  'ec2:UnlockSnapshot': ofSnapshot,
  'ec2:ModifyInstanceAttribute': ofInstance,
  'ec2:TerminateInstances': ofInstances,
  'ec2:RebootInstances': ofInstances,
  'ec2:StopInstances': (input) => ({ captured: listIn(input, 'InstanceIds') }),
  'ec2:CreateImage': (input) => ({ captured: [textIn(input, 'InstanceId') ?? ''] }),
  // That nothing is started that we did not stop is an invariant of its own.
  'ec2:StartInstances': none,
  'ec2:CopyImage': (input) => ({
    copied: { imageId: textIn(input, 'SourceImageId') ?? '', region: textIn(input, 'SourceRegion') },
  }),
  // It lays a report beside an image, which is made known to whoever may see reports.
  'ec2:CreateImageUsageReport': ofImage,
  'ec2:CreateStoreImageTask': (input) => ({
    copied: { imageId: textIn(input, 'ImageId') ?? '' },
    objects: [archiveIn(input)],
  }),
  // What it makes is new; what it reads a person has named.
  'ec2:CreateRestoreImageTask': none,
  's3:AbortMultipartUpload': ofObject,
  's3:CompleteMultipartUpload': ofObject,
  's3:CopyObject': ofObject,
  's3:CreateMultipartUpload': ofObject,
  's3:DeleteObject': ofObject,
  's3:PutObject': ofObject,
  's3:UploadPartCopy': ofObject,
  's3:RestoreObject': (input) => ({ woken: objectIn(input) }),
  'sns:Publish': none,
};

const reading = /^[a-z0-9-]+:(?:Describe|Get|Head|List)/;

/** What a call would change; undefined of one that nobody has thought of, which no function has a use for so far. */
export function changesOf(service: string, operation: string, input: object): Changes | undefined {
  const name = `${service}:${operation}`;
  return reading.test(name) ? {} : Object.hasOwn(changing, name) ? changing[name]?.(input) : undefined;
}

function objectIn(input: object): StoredAt {
  return { bucket: textIn(input, 'Bucket') ?? '', key: textIn(input, 'Key') ?? '' };
}

/** Where EC2 stores an image: it may be told a path after the bucket. */
function archiveIn(input: object): StoredAt {
  const [bucket = '', ...folders] = (textIn(input, 'Bucket') ?? '').split('/').filter((part) => part !== '');
  return { bucket, key: [...folders, `${textIn(input, 'ImageId') ?? ''}.bin`].join('/') };
}
