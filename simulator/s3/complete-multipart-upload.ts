import { createHash } from 'node:crypto';
import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { checkAbsent, type NewObject, writeObject } from './objects.ts';
import { bytesOf, type CopiedPart, type MultipartUpload, uploadOf, uploadsInto } from './uploads.ts';

const leastPartBytes = 5 * 2 ** 20;

export const completeMultipartUpload = operation<
  CompleteMultipartUploadCommandInput,
  Omit<CompleteMultipartUploadCommandOutput, '$metadata'>
>({
  parameters: ['Bucket', 'Key', 'UploadId', 'MultipartUpload', 'IfNoneMatch'],
  act(call, input) {
    const { bucket, uploadId, upload } = uploadOf(call, input);
    const { key } = upload.object;
    const parts = partsNamed(upload, input.MultipartUpload?.Parts ?? []);
    if (parts.slice(0, -1).some((part) => bytesOf(part) < leastPartBytes)) {
      refuse('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    }
    checkAbsent(bucket, key, input.IfNoneMatch);
    const hash = createHash('md5').update(parts.map(({ eTag }) => eTag).join(' '));
    const eTag = `"${hash.digest('hex')}-${parts.length}"`;
    writeObject(bucket, { ...upload.object, ...contentOf(parts), eTag, lastModifiedAtMs: call.nowMs });
    uploadsInto(call, bucket).delete(uploadId);
    return {
      Bucket: bucket.name,
      Key: key,
      ETag: eTag,
      Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${key}`,
    };
  },
});

/** Parts that were uploaded and are not named are dropped without a word. */
function partsNamed(upload: MultipartUpload, named: readonly CompletedPart[]): CopiedPart[] {
  if (named.length === 0) refuse('MalformedXML', 'You must specify at least one part');
  let before = 0;
  return named.map(({ PartNumber = 0, ETag = '' }) => {
    if (PartNumber <= before) {
      refuse('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
    }
    before = PartNumber;
    const part = upload.parts.get(PartNumber);
    if (part && unquoted(part.eTag) === unquoted(ETag)) return part;
    return refuse(
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    );
  });
}

function unquoted(eTag: string): string {
  return eTag.replaceAll('"', '');
}

/** S3 joins whatever it is given; an image is only in there if the parts are all of its object, in order. */
function contentOf(parts: readonly CopiedPart[]): Pick<NewObject, 'body' | 'sizeBytes' | 'image'> {
  const bodies = parts.map(({ source, first, last }) => source.body.subarray(first, last + 1));
  const source = parts[0]?.source;
  let covered = 0;
  for (const part of parts) {
    // An object that was written anew meanwhile is another one, even under the same key.
    if (part.source === source && part.first === covered) covered = part.last + 1;
  }
  const sizeBytes = parts.reduce((sum, part) => sum + bytesOf(part), 0);
  const isWhole = covered === source?.sizeBytes && sizeBytes === covered;
  return { body: Buffer.concat(bodies), sizeBytes, image: isWhole ? source.image : undefined };
}
