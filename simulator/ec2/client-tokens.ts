import { refuse } from '../service-failure.ts';
import type { Call } from '../world.ts';

/**
 * The identifier of what a request makes, made once: the same client token gives it again. Without a token the SDK sends
 * one of its own, the same over its attempts.
 */
export function madeOnce<Input extends { ClientToken?: string | undefined }>(
  call: Call,
  { ClientToken, ...rest }: Input,
  make: () => string,
): string {
  const { requestTokens } = call.region;
  const token = `${call.operation} ${ClientToken ?? call.sendId}`;
  const fingerprint = JSON.stringify(rest);
  const earlier = requestTokens.get(token);
  if (earlier && earlier.fingerprint !== fingerprint) {
    refuse('IdempotentParameterMismatch', 'The client token was used before with other parameters.');
  }
  const id = earlier?.id ?? make();
  requestTokens.set(token, { fingerprint, id });
  return id;
}
