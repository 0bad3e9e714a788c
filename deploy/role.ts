import type { Resource, Value } from './cloudformation.ts';
import { ref } from './cloudformation.ts';
import { refusal } from './refusal.ts';

export interface Statement {
  Effect: 'Allow';
  Action: readonly string[];
  Resource: Value;
  Condition?: { readonly [operator: string]: Value };
}

/** A statement, and what it is for: the words of docs/security.md. */
export interface Reasoned {
  statement: Statement;
  /** `unused in simulation: …` says why no story uses it. */
  why: string;
}

/** IAM takes so many characters of a role's inline policies, spaces not counted. */
const mostCharacters = 10_240;

/**
 * A role of its own for one thing, with its rights inside it, so that it comes and goes with them.
 * @param logicalId its name in the template
 * @param service who takes the role, such as `lambda`; in this account's name alone, lest another account's resources
 *   talk the service into it
 * @param sourceArn what takes it, as far as that can be said
 * @throws where IAM has no room for so many statements
 */
export function role(
  logicalId: string,
  service: string,
  statements: readonly Statement[],
  sourceArn?: Value,
): { [logicalId: string]: Resource } {
  const PolicyDocument = { Version: '2012-10-17', Statement: statements.map((statement) => ({ ...statement })) };
  // What AWS fills in is about as long as what stands for it.
  const { length } = JSON.stringify(PolicyDocument);
  if (length > mostCharacters) {
    throw refusal(
      `${logicalId} comes to ${length} characters, and IAM takes ${mostCharacters}: its rights grow with the tags that policies select by, and with their archives and topics. Let policies differ in the value of one tag alone, which takes little room, or deploy some of them as another stage, from a folder of their own (--param="policies=FOLDER").`,
    );
  }
  return {
    [logicalId]: {
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
        Policies: [{ PolicyName: 'own', PolicyDocument }],
      },
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
