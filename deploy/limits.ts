import * as z from 'zod';

interface Template {
  Resources: Readonly<Record<string, unknown>>;
}

/** Quotas of CloudFormation for one stack, which cannot be raised. */
const mostResources = 500;
const mostBytes = 1_000_000;

const mend =
  'Each policy adds some: let fewer do, or deploy some of them as another stage, from a folder of their own (--param="policies=FOLDER").';

/**
 * CloudFormation itself would only say so after everything is built and loaded up.
 * @throws where a template has more resources, or is longer, than CloudFormation takes
 */
export function checkSize(template: Template): void {
  const count = Object.keys(template.Resources).length;
  if (count > mostResources) {
    throw new Error(`The stack would have ${count} resources, and CloudFormation takes ${mostResources}. ${mend}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(template));
  if (bytes > mostBytes) {
    throw new Error(`The template comes to ${bytes} bytes, and CloudFormation takes ${mostBytes}. ${mend}`);
  }
}

const parameterSchema = z.object({
  Type: z.literal('AWS::SSM::Parameter'),
  Properties: z.object({ Value: z.string() }),
});
const policySchema = z.object({ name: z.string(), notify: z.object({ topicArn: z.string() }).optional() });

/**
 * SNS publishes in the Region that it is asked in: a topic elsewhere would hear of nothing, and every run would fail for it.
 * @throws where a policy of the template names a topic of another Region
 */
export function checkTopics(template: Template, region: string): void {
  const elsewhere = Object.values(template.Resources).flatMap((resource) => {
    const { data } = parameterSchema.safeParse(resource);
    if (!data) return [];
    const { name, notify } = policySchema.parse(JSON.parse(data.Properties.Value));
    const [, , , topicRegion] = notify?.topicArn.split(':') ?? [];
    return topicRegion === undefined || topicRegion === region
      ? []
      : [`${name}: notify.topicArn is a topic of ${topicRegion}, and the stack is deployed to ${region}`];
  });
  if (elsewhere.length === 0) return;
  throw new Error(
    `${elsewhere.join('\n')}\nName topics of ${region}, or deploy to the Region of the instances: --region.`,
  );
}
