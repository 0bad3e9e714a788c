import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { LifecycleError } from '../domain/errors.ts';
import { calling, callingForMaybe } from './aws-errors.ts';
import * as clients from './clients.ts';

/** The objects of one S3 bucket, as JSON. */
export function objectsIn(region: string, bucket: string) {
  const s3 = clients.s3(region);
  return {
    bucket,

    /** The object's content, parsed; its shape is for the caller to check. */
    async readJson(key: string): Promise<unknown> {
      const text = await calling(`GetObject s3://${bucket}/${key}`, async () => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body?.transformToString();
      });
      return parsed(key, text ?? 'null');
    },

    /** The same, or undefined where there is no such object. */
    async readJsonIfAny(key: string): Promise<unknown> {
      const text = await callingForMaybe(`GetObject s3://${bucket}/${key}`, async () => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body?.transformToString();
      });
      return text === undefined ? undefined : parsed(key, text);
    },

    /** Gone already is done. */
    async remove(key: string): Promise<void> {
      await calling(`DeleteObject s3://${bucket}/${key}`, () =>
        s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
      );
    },

    async writeJson(key: string, content: unknown): Promise<void> {
      await calling(`PutObject s3://${bucket}/${key}`, () =>
        s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: JSON.stringify(content),
            ContentType: 'application/json',
          }),
        ),
      );
    },
  };

  function parsed(key: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new LifecycleError('InputInvalid', `s3://${bucket}/${key} holds no JSON.`, { bucket, key }, error);
    }
  }
}
