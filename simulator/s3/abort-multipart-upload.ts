import type { AbortMultipartUploadCommandInput, AbortMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import { operation } from '../operation.ts';
import { uploadOf, uploadsInto } from './uploads.ts';

export const abortMultipartUpload = operation<
  AbortMultipartUploadCommandInput,
  Omit<AbortMultipartUploadCommandOutput, '$metadata'>
>({
  parameters: ['Bucket', 'Key', 'UploadId'],
  act(call, input) {
    const { bucket, uploadId } = uploadOf(call, input);
    uploadsInto(call, bucket).delete(uploadId);
    return {};
  },
});
