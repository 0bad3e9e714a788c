import { Readable } from 'node:stream';
import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import { bucketOf } from './buckets.ts';
import { headersOf, isReadable, objectIn } from './objects.ts';

export const getObject = operation<GetObjectCommandInput, Omit<GetObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key'],
  act(call, input) {
    const object = objectIn(bucketOf(call, input.Bucket), required(input.Key, 'Key'));
    if (!isReadable(object, call.nowMs)) {
      refuse('InvalidObjectState', "The operation is not valid for the object's storage class", 403);
    }
    if (object.body.length !== object.sizeBytes) {
      throw new NotSimulated(
        `the content of ${object.key}, which EC2 wrote`,
        'ask HeadObject for its size, or restore it by CreateRestoreImageTask',
      );
    }
    return { Body: streamOf(object.body), ...headersOf(object, call.nowMs) };
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
