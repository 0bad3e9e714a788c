import { beforeAll, describe, expect, it } from 'vitest';
import { type FunctionFile, functionFolders, readFunctionFile } from '../../deploy/function-files.ts';
import { runWorld } from '../../explore/run.ts';
import { worlds } from '../../explore/worlds.ts';
import { services } from '../../simulator/services.ts';

/** IAM's names of services, where they are not those of the simulator's folders. */
const folders: Readonly<Record<string, string>> = { autoscaling: 'auto-scaling' };

/** Conditions of what is not a call of the function: AWS does it on its behalf, or in the same call as something else. */
const ofOtherCalls = ['aws:CalledVia', 'ec2:CreateAction', 'kms:ViaService'];

/** The calls that a right of S3 is for, where it has another name than its call. */
const callsOf: Readonly<Record<string, readonly string[]>> = {
  's3:GetObject': ['GetObject', 'HeadObject', 'CopyObject', 'UploadPartCopy'],
  's3:PutObject': ['PutObject', 'CopyObject', 'CreateMultipartUpload'],
  's3:ListMultipartUploadParts': ['ListParts'],
  's3:ListBucketMultipartUploads': ['ListMultipartUploads'],
};

const looksInto = 'EC2 calls it with our rights, where DescribeImageReferences looks into launch templates';
const writesObject = 'EC2 calls it with our rights, where it writes the object of an archive';

/** Rights by whose calls no function meets a fault, and why. */
const unexplored: Readonly<Record<string, string>> = {
  'plan-retirement/ec2:DescribeLaunchTemplates': looksInto,
  'retire-image/ec2:DescribeLaunchTemplates': looksInto,
  'store-image/s3:AbortMultipartUpload': writesObject,
  'store-image/s3:DeleteObject': writesObject,
  'store-image/s3:GetObject': writesObject,
  'store-image/s3:PutObject': writesObject,
};

describe('In the worlds that are explored', () => {
  const met = new Set<string>();

  beforeAll(async () => {
    for (const world of worlds) {
      const { sites } = await runWorld(world, []);
      for (const { at } of sites.placements) met.add(at.replace(/@.*$/, ''));
    }
  }, 300_000);

  it('every call that a function has the right to meets faults, but for those that are named here with a reason', () => {
    const lacking = functionFolders().flatMap((name) =>
      rightsOf(readFunctionFile(name)).flatMap((right) => {
        const calls = callsFor(right);
        const isMet = calls.some((call) => met.has(`${name}/${call}`));
        return calls.length === 0 || isMet ? [] : [`${name}/${right}`];
      }),
    );
    expect([...new Set(lacking)].sort()).toEqual(Object.keys(unexplored).sort());
  });

  it('what is looked for is found by its name, also where IAM has another', () => {
    expect(callsFor('ec2:EnableImage')).toEqual(['ec2:EnableImage']);
    expect(callsFor('autoscaling:DescribeAutoScalingGroups')).toEqual(['auto-scaling:DescribeAutoScalingGroups']);
    expect(
      functionFolders().flatMap((name) => rightsOf(readFunctionFile(name)).flatMap(callsFor)).length,
    ).toBeGreaterThan(100);
  });
});

/** The calls that a right is for, as places name them; none where they are not simulated. */
function callsFor(right: string): string[] {
  const [prefix = '', action = ''] = right.split(':');
  const service = folders[prefix] ?? prefix;
  const operations = Object.entries(services).find(([name]) => name === service)?.[1] ?? {};
  return (callsOf[right] ?? [action]).filter((call) => call in operations).map((call) => `${service}:${call}`);
}

/** What a function may do by itself. */
function rightsOf({ iamRoleStatements }: FunctionFile): string[] {
  const own = iamRoleStatements.filter(({ Condition }) => {
    const text = JSON.stringify(Condition ?? {});
    return !ofOtherCalls.some((key) => text.includes(`"${key}"`));
  });
  return own.flatMap(({ Action }) => Action);
}
