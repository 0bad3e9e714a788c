import { createHash } from 'node:crypto';
import type { UploadPartCopyCommandInput, UploadPartCopyCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { copySourceOf, mostCopiedBytes, refuseTooLarge } from './copy-source.ts';
import { uploadOf } from './uploads.ts';

const leastRangedBytes = 5 * 2 ** 20;

/** A part of the same number is replaced. That a part is too small is only said when the upload is completed. */
export const uploadPartCopy = operation<UploadPartCopyCommandInput, Omit<UploadPartCopyCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key', 'UploadId', 'PartNumber', 'CopySource', 'CopySourceRange'],
  act(call, input) {
    const { upload } = uploadOf(call, input);
    const partNumber = required(input.PartNumber, 'PartNumber');
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
      refuse('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
    }
    const { object: source } = copySourceOf(call, input.CopySource);
    const { first, last } = rangeOf(input.CopySourceRange, source.sizeBytes);
    if (last - first + 1 > mostCopiedBytes) refuseTooLarge();
    const eTag = `"${createHash('md5').update(`${source.eTag} ${first}-${last}`).digest('hex')}"`;
    upload.parts.set(partNumber, { source, first, last, eTag, lastModifiedAtMs: call.nowMs });
    return { CopyPartResult: { ETag: eTag, LastModified: new Date(call.nowMs) } };
  },
});

function rangeOf(range: string | undefined, sizeBytes: number): { first: number; last: number } {
  if (range === undefined) return { first: 0, last: sizeBytes - 1 };
  const [, firstText, lastText] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const first = Number(firstText);
  const last = Number(lastText);
  if (firstText === undefined || lastText === undefined || first > last) {
    return refuse(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (sizeBytes <= leastRangedBytes) {
    refuse('InvalidRequest', 'The specified copy source is not supported as a byte-range copy source');
  }
  if (last >= sizeBytes) {
    refuse('InvalidArgument', `Range specified is not valid for source object of size: ${sizeBytes}`);
  }
  return { first, last };
}
