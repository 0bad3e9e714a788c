import { expect, it } from 'vitest';
import { checkSize, checkTopics } from '../../deploy/limits.ts';
import { AmiLifecyclePlugin } from '../../deploy/plugin.ts';

const resources = (count: number, resource: object = { Type: 'AWS::SQS::Queue' }) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`Queue${index}`, resource]));

const parameter = (policy: object) => ({
  Resources: { Policygold: { Type: 'AWS::SSM::Parameter', Properties: { Value: JSON.stringify(policy) } } },
});
const topicArn = 'arn:aws:sns:eu-south-1:111122223333:people';

/** The plugin as osls would load it, for a template that is about to be deployed. */
function pluginFor(template: { Resources: Readonly<Record<string, unknown>> }) {
  const { hooks } = new AmiLifecyclePlugin({
    serviceDir: '.',
    service: { provider: { compiledCloudFormationTemplate: template } },
    getProvider: () => ({ getRegion: () => 'eu-west-1' }),
  });
  return (hook: string) => hooks[hook]?.();
}

it('A stack of more resources than CloudFormation takes is refused before it is built', async () => {
  expect(() => checkSize({ Resources: resources(500) })).not.toThrow();
  const run = pluginFor({ Resources: resources(501) });
  await expect(run('after:aws:package:finalize:mergeCustomProviderResources')).rejects.toThrow(
    /would have 501 resources, and CloudFormation takes 500\. .*another stage/,
  );
});

it('A template that is longer than CloudFormation takes is refused', () => {
  const long = resources(10, { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'x'.repeat(100_000) } });
  expect(() => checkSize({ Resources: long })).toThrow(/comes to \d+ bytes, and CloudFormation takes 1000000\. /);
});

it('A policy that names a topic of another Region is not deployed', async () => {
  const run = pluginFor(parameter({ name: 'gold', notify: { topicArn } }));
  await expect(run('before:deploy:deploy')).rejects.toThrow(
    'gold: notify.topicArn is a topic of eu-south-1, and the stack is deployed to eu-west-1',
  );
});

it('A policy that names a topic of the stack’s Region, or none, is deployed', () => {
  expect(() => checkTopics(parameter({ name: 'gold', notify: { topicArn } }), 'eu-south-1')).not.toThrow();
  expect(() => checkTopics(parameter({ name: 'gold' }), 'eu-west-1')).not.toThrow();
});
