import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { FieldProblem } from './explain-issue.ts';

/**
 * What of a policy cannot work where its images are made: a policy does not know its Region, its deployment does. Whether
 * keys fit the copies' Regions, the schema says; where a bucket is, nobody can tell from its name.
 * @param home the Region that the policy is deployed to, or simulated in
 */
export function misfits({ copies, notify }: Pick<NamedPolicy, 'copies' | 'notify'>, home: string): FieldProblem[] {
  const atHome = copies.flatMap(({ region }, index) => (region === home ? [index] : []));
  const topicArn = notify?.topicArn ?? '';
  const [, , , topicRegion = home] = topicArn.split(':');
  return [
    ...atHome.map((index) => ({
      path: ['copies', index, 'region'],
      problem: `is ${home}, the Region where the images are made`,
      mend: 'copy to another Region, or leave this copy out',
    })),
    // SNS publishes in the Region that it is asked in.
    ...(topicRegion === home
      ? []
      : [
          {
            path: ['notify', 'topicArn'],
            problem: `is a topic of ${topicRegion}, and the images are made in ${home}, from where nothing reaches it`,
            mend: `name a topic of ${home}, or leave notify out`,
          },
        ]),
  ];
}
