import type { ListPartsCommandInput, ListPartsCommandOutput } from '@aws-sdk/client-s3';
import { operation } from '../operation.ts';
import { bytesOf, partsInOrder, uploadOf } from './uploads.ts';

/** At most a thousand parts a page, after the one whose number is the marker. */
export const listParts = operation<ListPartsCommandInput, Omit<ListPartsCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key', 'UploadId', 'MaxParts', 'PartNumberMarker'],
  act(call, input) {
    const { bucket, uploadId, upload } = uploadOf(call, input);
    const marker = Number(input.PartNumberMarker ?? 0);
    const size = Math.min(input.MaxParts ?? 1000, 1000);
    const following = partsInOrder(upload).filter(([partNumber]) => partNumber > marker);
    const page = following.slice(0, size);
    const IsTruncated = following.length > page.length;
    const last = page.at(-1)?.[0];
    return {
      Bucket: bucket.name,
      Key: upload.object.key,
      UploadId: uploadId,
      StorageClass: upload.object.storageClass,
      MaxParts: size,
      PartNumberMarker: String(marker),
      ...(IsTruncated && last !== undefined ? { NextPartNumberMarker: String(last) } : {}),
      IsTruncated,
      Parts: page.map(([PartNumber, part]) => ({
        PartNumber,
        ETag: part.eTag,
        Size: bytesOf(part),
        LastModified: new Date(part.lastModifiedAtMs),
      })),
    };
  },
});
