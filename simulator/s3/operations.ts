import { getObject } from './get-object.ts';
import { headObject } from './head-object.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { putObject } from './put-object.ts';

export const s3Operations = {
  GetObject: getObject,
  HeadObject: headObject,
  ListObjectsV2: listObjectsV2,
  PutObject: putObject,
};
