import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  ListMultipartUploadsCommand,
  paginateListParts,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { StorageClass } from '../domain/archive.ts';
import { LifecycleError } from '../domain/errors.ts';
import { calling, callingForMaybe, hasCode, told } from './aws-errors.ts';
import * as clients from './clients.ts';

/** What puts an archive into another storage class: S3 does that only by copying it onto itself. */
export function archiveCopiesIn(region: string) {
  const s3 = clients.s3(region);
  const s3ForCopies = clients.s3ForCopies(region);
  return {
    /** Copies an object of at most 5 GB onto itself in another storage class. @throws AwsUnavailable where it sleeps by now */
    async changeClass(bucket: string, key: string, storageClass: StorageClass): Promise<void> {
      await unlessChanged(bucket, key, () =>
        calling(`CopyObject s3://${bucket}/${key}`, () =>
          s3ForCopies.send(
            new CopyObjectCommand({
              Bucket: bucket,
              Key: key,
              CopySource: sourceOf(bucket, key),
              StorageClass: storageClass,
              MetadataDirective: 'COPY',
              TaggingDirective: 'COPY',
            }),
          ),
        ),
      );
    },

    /** Begins to copy a larger object onto itself, with its metadata and tags. @returns the upload's id */
    async beginParts(
      bucket: string,
      key: string,
      storageClass: StorageClass,
      metadata: Readonly<Record<string, string>>,
    ): Promise<string> {
      // What EC2 needs of them for a restore is not documented.
      const { TagSet = [] } = await calling(`GetObjectTagging s3://${bucket}/${key}`, () =>
        s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key })),
      );
      const tagging = new URLSearchParams(
        TagSet.map(({ Key = '', Value = '' }): [string, string] => [Key, Value]),
      ).toString();
      const { UploadId } = await calling(`CreateMultipartUpload s3://${bucket}/${key}`, () =>
        s3.send(
          new CreateMultipartUploadCommand({
            Bucket: bucket,
            Key: key,
            StorageClass: storageClass,
            Metadata: metadata,
            ...(tagging === '' ? {} : { Tagging: tagging }),
          }),
        ),
      );
      return told(UploadId, 'CreateMultipartUpload: UploadId');
    },

    /** The parts of an upload that are there; undefined where S3 knows no such upload (any more). */
    async parts(bucket: string, key: string, uploadId: string): Promise<ReadonlyMap<number, string> | undefined> {
      return callingForMaybe(`ListParts s3://${bucket}/${key}`, async () => {
        const found = new Map<number, string>();
        const pages = paginateListParts({ client: s3 }, { Bucket: bucket, Key: key, UploadId: uploadId });
        for await (const { Parts = [] } of pages) {
          for (const { PartNumber, ETag } of Parts) {
            found.set(told(PartNumber, 'ListParts: PartNumber'), told(ETag, 'ListParts: ETag'));
          }
        }
        return found;
      });
    },

    /**
     * @param last the last byte of the part, included
     * @throws AwsUnavailable where the object or the upload is another by now
     */
    async copyPart(
      bucket: string,
      key: string,
      part: { uploadId: string; number: number; first: number; last: number },
    ): Promise<void> {
      await unlessChanged(bucket, key, () =>
        calling(`UploadPartCopy s3://${bucket}/${key} ${part.number}`, () =>
          s3ForCopies.send(
            new UploadPartCopyCommand({
              Bucket: bucket,
              Key: key,
              UploadId: part.uploadId,
              PartNumber: part.number,
              CopySource: sourceOf(bucket, key),
              CopySourceRange: `bytes=${part.first}-${part.last}`,
            }),
          ),
        ),
      );
    },

    async completeParts(
      bucket: string,
      key: string,
      uploadId: string,
      parts: ReadonlyMap<number, string>,
    ): Promise<void> {
      const Parts = [...parts]
        .sort(([left], [right]) => left - right)
        .map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      await unlessChanged(bucket, key, () =>
        calling(`CompleteMultipartUpload s3://${bucket}/${key}`, () =>
          s3ForCopies.send(
            new CompleteMultipartUploadCommand({
              Bucket: bucket,
              Key: key,
              UploadId: uploadId,
              MultipartUpload: { Parts },
            }),
          ),
        ),
      );
    },

    /** Gives up what was begun and not completed, whose parts would be paid for until somebody does. */
    async abandonParts(bucket: string, key: string): Promise<void> {
      const { Uploads = [] } = await calling(`ListMultipartUploads s3://${bucket}/${key}`, () =>
        s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key })),
      );
      for (const { Key, UploadId } of Uploads) {
        if (Key !== key) continue;
        await callingForMaybe(`AbortMultipartUpload s3://${bucket}/${key}`, () =>
          s3.send(
            new AbortMultipartUploadCommand({
              Bucket: bucket,
              Key: key,
              UploadId: told(UploadId, 'ListMultipartUploads: UploadId'),
            }),
          ),
        );
      }
    },
  };
}

/** S3 reads the source as part of a URL. */
function sourceOf(bucket: string, key: string): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * An attempt whose answer was lost, or another execution, may have put the object into its class already: where it sleeps
 * then, and the upload is gone. To look again tells.
 */
async function unlessChanged(bucket: string, key: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!hasCode(error, 'InvalidObjectState', 'NoSuchUpload', 'InvalidPart')) throw error;
    throw new LifecycleError('AwsUnavailable', `s3://${bucket}/${key} is another by now.`, { bucket, key }, error);
  }
}
