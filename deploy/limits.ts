import { refusal } from './refusal.ts';

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
    throw refusal(`The stack would have ${count} resources, and CloudFormation takes ${mostResources}. ${mend}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(template));
  if (bytes > mostBytes) {
    throw refusal(`The template comes to ${bytes} bytes, and CloudFormation takes ${mostBytes}. ${mend}`);
  }
}
