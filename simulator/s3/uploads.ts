import { required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { Bucket, StoredObject } from '../state.ts';
import type { Call } from '../world.ts';
import { bucketOf } from './buckets.ts';
import type { NewObject } from './objects.ts';

/** A part that was copied: bytes `first` to `last`, both included, of an object as it was then. */
export interface CopiedPart {
  source: StoredObject;
  first: number;
  last: number;
  eTag: string;
  lastModifiedAtMs: number;
}

export interface MultipartUpload {
  bucketName: string;
  /** What the object will be like, apart from its content. */
  object: Pick<NewObject, 'key' | 'contentType' | 'metadata' | 'tags' | 'storageClass'>;
  /** By number. */
  parts: Map<number, CopiedPart>;
}

interface UploadRequest {
  Bucket: string | undefined;
  Key: string | undefined;
  UploadId: string | undefined;
}

/** The upload that a request names; it is gone once it was completed or aborted. */
export function uploadOf(
  call: Call,
  input: UploadRequest,
): { bucket: Bucket; uploadId: string; upload: MultipartUpload } {
  const bucket = bucketOf(call, input.Bucket);
  const uploadId = required(input.UploadId, 'UploadId');
  const upload = uploadsInto(call, bucket).get(uploadId);
  if (upload?.bucketName !== bucket.name || upload.object.key !== required(input.Key, 'Key')) {
    return refuse(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    );
  }
  return { bucket, uploadId, upload };
}

/** Uploads under way in the Region of that bucket. */
export function uploadsInto(call: Call, bucket: Bucket): Map<string, MultipartUpload> {
  return call.world.region(bucket.region).multipartUploads;
}

/** The parts of an upload in the order of their numbers. */
export function partsInOrder(upload: MultipartUpload): [partNumber: number, part: CopiedPart][] {
  return [...upload.parts].sort(([left], [right]) => left - right);
}

export function bytesOf(part: CopiedPart): number {
  return part.last - part.first + 1;
}
