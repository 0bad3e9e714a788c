import * as z from 'zod';

/**
 * A function's settings, read from its environment when it is loaded; what is missing is named at once, not at the
 * first event.
 * @param shape one zod schema for each variable
 */
export function readEnvironment<Shape extends z.ZodRawShape>(shape: Shape): z.output<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(process.env);
  if (!parsed.success) throw new Error(`The function's environment is incomplete:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The variables that functions use; function.yml sets those that Lambda does not. */
export const variables = {
  /** Set by Lambda. */
  AWS_REGION: z.string().min(1),
  /** The stack's bucket for what passes between steps. */
  WORK_BUCKET: z.string().min(1),
  /** What precedes a policy's name in its parameter's name. */
  POLICY_PREFIX: z.string().startsWith('/').endsWith('/'),
  /** The stack's own topic, for what goes wrong where no policy names a topic; empty for none. */
  NOTIFICATION_TOPIC_ARN: z.string().default(''),
};
