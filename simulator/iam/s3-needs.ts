import type {
  AbortMultipartUploadCommandInput,
  CopyObjectCommandInput,
  CreateMultipartUploadCommandInput,
  GetObjectCommandInput,
  ListMultipartUploadsCommandInput,
  PutObjectCommandInput,
  UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { type NeedsTable, needs, type Place } from './needs-table.ts';
import type { Need } from './rights.ts';

interface Named {
  Bucket: string | undefined;
  Key: string | undefined;
}

export const s3Needs: NeedsTable = {
  GetObject: needs<GetObjectCommandInput>((input, place) => reading('s3:GetObject', input, place)),
  HeadObject: needs<GetObjectCommandInput>((input, place) => reading('s3:GetObject', input, place)),
  GetObjectTagging: needs<GetObjectCommandInput>((input, place) => reading('s3:GetObjectTagging', input, place)),
  RestoreObject: needs<GetObjectCommandInput>((input, place) => reading('s3:RestoreObject', input, place)),
  PutObject: needs<PutObjectCommandInput>((input) => writing(input, input.Tagging !== undefined)),
  DeleteObject: needs<GetObjectCommandInput>((input) => [onObject('s3:DeleteObject', input)]),
  ListObjectsV2: needs<ListMultipartUploadsCommandInput>((input) => [onBucket('s3:ListBucket', input)]),
  CopyObject: needs<CopyObjectCommandInput>((input, place) => {
    const source = sourceOf(input.CopySource);
    const isTagged = objectOf(source, place)?.tags.size ?? 0;
    const takesTags = input.TaggingDirective !== 'REPLACE' && isTagged > 0;
    return [
      ...reading('s3:GetObject', source, place),
      ...(takesTags ? [onObject('s3:GetObjectTagging', source)] : []),
      ...writing(input, takesTags || input.Tagging !== undefined),
    ];
  }),
  CreateMultipartUpload: needs<CreateMultipartUploadCommandInput>((input) =>
    writing(input, input.Tagging !== undefined),
  ),
  UploadPartCopy: needs<UploadPartCopyCommandInput>((input, place) => [
    ...reading('s3:GetObject', sourceOf(input.CopySource), place),
    ...writing(input, false),
  ]),
  CompleteMultipartUpload: needs<AbortMultipartUploadCommandInput>((input) => writing(input, false)),
  AbortMultipartUpload: needs<AbortMultipartUploadCommandInput>((input) => [
    onObject('s3:AbortMultipartUpload', input),
  ]),
  ListParts: needs<AbortMultipartUploadCommandInput>((input) => [onObject('s3:ListMultipartUploadParts', input)]),
  ListMultipartUploads: needs<ListMultipartUploadsCommandInput>((input) => [
    onBucket('s3:ListBucketMultipartUploads', input),
  ]),
};

/** Who may not list the bucket is not told that an object is missing: 403 instead of 404. */
function reading(action: string, named: Named, place: Place): Need[] {
  const isMissing = place.world.buckets.has(named.Bucket ?? '') && !objectOf(named, place);
  return [onObject(action, named), ...(isMissing ? [onBucket('s3:ListBucket', named)] : [])];
}

function writing(named: Named, withTags: boolean): Need[] {
  return [onObject('s3:PutObject', named), ...(withTags ? [onObject('s3:PutObjectTagging', named)] : [])];
}

export function onObject(action: string, { Bucket, Key }: Named): Need {
  return { action, resource: `arn:aws:s3:::${Bucket ?? ''}/${Key ?? ''}` };
}

export function onBucket(action: string, { Bucket }: Pick<Named, 'Bucket'>): Need {
  return { action, resource: `arn:aws:s3:::${Bucket ?? ''}` };
}

function objectOf({ Bucket, Key }: Named, { world }: Place) {
  return world.buckets.get(Bucket ?? '')?.objects.get(Key ?? '');
}

/** What it is encoded badly in, S3 itself refuses. */
function sourceOf(copySource: string | undefined): Named {
  const [, Bucket, Key] = /^\/?([^/]+)\/(.+)$/s.exec(copySource ?? '') ?? [];
  try {
    return { Bucket, Key: decodeURIComponent(Key ?? '') };
  } catch {
    return { Bucket, Key };
  }
}
