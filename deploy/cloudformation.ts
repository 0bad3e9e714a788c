import { parse, type ScalarTag } from 'yaml';

/** A value in a template: JSON, in which an intrinsic function is an object such as `{ Ref: 'WorkBucket' }`. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export interface Resource {
  Type: string;
  Metadata?: { [key: string]: Value };
  Properties: { [key: string]: Value };
}

/** Part of a template, as osls merges it. */
export interface Fragment {
  Resources: { [logicalId: string]: Resource };
  Outputs?: { [logicalId: string]: { Description: string; Value: Value } };
}

export const ref = (logicalId: string): Value => ({ Ref: logicalId });
export const attribute = (logicalId: string, name: string): Value => ({ 'Fn::GetAtt': [logicalId, name] });
export const sub = (text: string): Value => ({ 'Fn::Sub': text });

/** What every name in the account begins with; osls fills it in. */
export const stackName = '$' + '{self:service}-$' + '{sls:stage}';

/** The ARN of something of this account and Region. */
export const arn = (service: string, resource: string): Value =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);

const shortForm = (name: string, of: (text: string) => Value): ScalarTag => ({ tag: `!${name}`, resolve: of });

const shortForms = [
  shortForm('Ref', ref),
  shortForm('Sub', sub),
  shortForm('GetAtt', (text) => {
    const [logicalId = '', ...rest] = text.split('.');
    return attribute(logicalId, rest.join('.'));
  }),
];

/** Parses YAML with CloudFormation's short forms `!Ref`, `!Sub` and `!GetAtt`, the last two of a plain text. */
export function parseTemplate(text: string): unknown {
  return parse(text, { customTags: shortForms });
}
