import { Readable } from 'node:stream';
import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { agedFleet } from './bench-aged-fleet.ts';

const pageSize = 1000;
const rounds = 20;

/**
 * What reading EC2's XML takes of the processor, which no simulation has: a page of 1,000 images, and one of snapshots.
 * The text is made here; the SDK reads it as if it had come over the network.
 */
export async function readAnswers(): Promise<{ imagesPageSeconds: number; snapshotsPageSeconds: number }> {
  const { images = [], snapshots = [] } = agedFleet(4, pageSize / 4, '2026-11-21T03:00:00Z');
  const imagesText = textOf('DescribeImages', 'imagesSet', images.slice(0, pageSize), imageNames);
  const snapshotsText = textOf('DescribeSnapshots', 'snapshotSet', snapshots.slice(0, pageSize), snapshotNames);
  return {
    imagesPageSeconds: await secondsEach(imagesText, async (client) => {
      const { Images = [] } = await client.send(new DescribeImagesCommand({}));
      return Images.every(({ ImageId, Tags }) => ImageId && Tags?.length) ? Images.length : 0;
    }),
    snapshotsPageSeconds: await secondsEach(snapshotsText, async (client) => {
      const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({}));
      return Snapshots.every(({ SnapshotId, Tags }) => SnapshotId && Tags?.length) ? Snapshots.length : 0;
    }),
  };
}

async function secondsEach(text: string, read: (client: EC2Client) => Promise<number>): Promise<number> {
  const bytes = Buffer.from(text);
  const client = new EC2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    requestHandler: {
      handle: () => Promise.resolve({ response: { statusCode: 200, headers: {}, body: Readable.from([bytes]) } }),
    },
  });
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    if ((await read(client)) !== pageSize) throw new Error('The SDK did not read the page as it is.');
  }
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1e6 / rounds;
}

const imageNames: Names = { State: 'imageState', OwnerId: 'imageOwnerId', Public: 'isPublic' };
const snapshotNames: Names = { State: 'status' };
const lists: Names = { Tags: 'tagSet', BlockDeviceMappings: 'blockDeviceMapping' };

type Names = Readonly<Record<string, string>>;

/** EC2's XML: the SDK's names with a small first letter, but for some. */
function textOf(operation: string, set: string, items: readonly object[], names: Names): string {
  const element = (name: string, value: unknown): string => {
    const known = names[name] ?? lists[name] ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    return `<${known}>${content(value)}</${known}>`;
  };
  const content = (value: unknown): string => {
    if (Array.isArray(value)) return value.map((each) => `<item>${content(each)}</item>`).join('\n');
    if (value instanceof Date) return value.toISOString();
    if (typeof value !== 'object' || value === null) return String(value);
    return Object.entries(value)
      .map(([name, member]) => element(name, member))
      .join('\n');
  };
  const response = `${operation}Response`;
  return `<${response} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><${set}>${content(items)}</${set}></${response}>`;
}
