import { Readable } from 'node:stream';
import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { bucketOf } from './buckets.ts';

export const getObject = operation<GetObjectCommandInput, Omit<GetObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key'],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const object =
      bucket.objects.get(required(input.Key, 'Key')) ?? refuse('NoSuchKey', 'The specified key does not exist.', 404);
    return {
      Body: streamOf(object.body),
      ContentLength: object.body.length,
      ContentType: object.contentType ?? 'application/octet-stream',
      ETag: object.eTag,
      LastModified: new Date(object.lastModifiedAtMs),
      Metadata: { ...object.metadata },
    };
  },
});

/** A body as the SDK hands it out: a stream that can be turned into text or bytes, once. */
function streamOf(bytes: Uint8Array): NonNullable<GetObjectCommandOutput['Body']> {
  let isRead = false;
  const once = (): Uint8Array => {
    if (isRead) throw new Error('The stream has already been transformed.');
    isRead = true;
    return bytes.slice();
  };
  return Object.assign(Readable.from([Buffer.from(bytes)]), {
    transformToByteArray: async () => once(),
    transformToString: async (encoding?: string) => new TextDecoder(encoding).decode(once()),
    transformToWebStream: () => new Response(Buffer.from(once())).body ?? new ReadableStream(),
  });
}
