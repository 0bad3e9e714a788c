import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, HeadObjectCommand, RestoreObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** Calls of every service that functions use, at an endpoint that refuses each of them; the names of what they throw. */
export async function namesOfFailures(endpoint: string): Promise<Record<string, string>> {
  const settings = {
    region: 'eu-west-1',
    endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const object = { Bucket: 'bucket', Key: 'key' };
  const calls: Record<string, () => Promise<unknown>> = {
    DescribeImages: () => new EC2Client(settings).send(new DescribeImagesCommand({})),
    DescribeAutoScalingGroups: () => new AutoScalingClient(settings).send(new DescribeAutoScalingGroupsCommand({})),
    GetObject: () => s3.send(new GetObjectCommand(object)),
    HeadObject: () => s3.send(new HeadObjectCommand(object)),
    RestoreObject: () => s3.send(new RestoreObjectCommand(object)),
    DescribeExecution: () => new SFNClient(settings).send(new DescribeExecutionCommand({ executionArn: 'arn' })),
    Publish: () => new SNSClient(settings).send(new PublishCommand({ Message: 'a', TopicArn: 'arn' })),
    GetParameter: () => new SSMClient(settings).send(new GetParameterCommand({ Name: 'a' })),
  };
  const names: Record<string, string> = {};
  for (const [operation, call] of Object.entries(calls)) {
    names[operation] = await call().then(
      () => 'no failure',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
  }
  return names;
}
