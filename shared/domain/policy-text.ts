import type { NamedPolicy } from './policy.ts';

/** What a standard parameter of Systems Manager holds, in bytes. */
export const mostParameterBytes = 4096;

/**
 * A policy as its parameter holds it: JSON in which nothing can be taken for a variable of Serverless (`${env:...}`), of
 * CloudFormation (`{{resolve:...}}`) or for a parameter within a parameter, all of which read the text before we do. Braces
 * stand side by side only within JSON's strings, where an escape says the same.
 */
export function policyText(policy: NamedPolicy): string {
  return JSON.stringify(policy).replaceAll(/[${](?=\{)/g, (sign) => (sign === '$' ? '\\u0024' : '\\u007b'));
}

/** Parameter Store counts bytes of UTF-8. */
export function parameterBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
