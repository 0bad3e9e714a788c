import type { Resource, Value } from './cloudformation.ts';
import { ref } from './cloudformation.ts';

export interface Statement {
  Effect: 'Allow';
  Action: readonly string[];
  Resource: Value;
  Condition?: { readonly [operator: string]: Value };
}

/**
 * A role of its own for one thing, with its rights inside it, so that it comes and goes with them.
 * @param service who takes the role, such as `lambda`; in this account's name alone, lest another account's resources
 *   talk the service into it
 * @param sourceArn what takes it, as far as that can be said
 */
export function role(service: string, statements: readonly Statement[], sourceArn?: Value): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: `${service}.amazonaws.com` },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
              ...(sourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': sourceArn } }),
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: { Version: '2012-10-17', Statement: statements.map((statement) => ({ ...statement })) },
        },
      ],
    },
  };
}

export const allow = (
  Action: readonly string[],
  Resource: Value,
  Condition?: { readonly [operator: string]: Value },
): Statement => ({ Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) });

/** X-Ray knows no resources. */
export const traces = allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*');
