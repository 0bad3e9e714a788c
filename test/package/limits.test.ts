import { expect, it } from 'vitest';
import { checkSize } from '../../deploy/limits.ts';
import { AmiLifecyclePlugin } from '../../deploy/plugin.ts';

const resources = (count: number, resource: object = { Type: 'AWS::SQS::Queue' }) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`Queue${index}`, resource]));

/** The plugin as osls would load it, for a template that is about to be deployed. */
function pluginFor(template: { Resources: Readonly<Record<string, unknown>> }) {
  const { hooks } = new AmiLifecyclePlugin({
    serviceDir: '.',
    service: { provider: { compiledCloudFormationTemplate: template } },
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
