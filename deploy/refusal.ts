/** An error whose message says it all: osls prints the stack where there is one, and a policy's fault is not to be found there. */
export function refusal(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}
