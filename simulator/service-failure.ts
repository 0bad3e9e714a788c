/**
 * A refusal or failure as the service decides it, before it takes the shape of that service's exception.
 * `code` is AWS's error code, `statusCode` the HTTP status it comes with.
 */
export class ServiceFailure extends Error {
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode: number) {
    super(message);
    this.name = 'ServiceFailure';
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** The request went out and no answer came back: the caller cannot know whether it took effect. */
export class ReplyMissing extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimeoutError';
  }
}

/** The invocation that called has died: nobody hears of this any more. */
export class CallerKilled extends Error {
  constructor(operation: string) {
    super(`The invocation was killed while it called ${operation}.`);
    this.name = 'CallerKilled';
  }
}

/** Ends the operation with one of the service's own errors; 400 is what AWS answers to most bad requests. */
export function refuse(code: string, message: string, statusCode = 400): never {
  throw new ServiceFailure(code, message, statusCode);
}

/** Thrown instead of guessing: something was asked that the simulated account has no behaviour for. */
export class NotSimulated extends Error {
  constructor(what: string, cure: string) {
    super(`${what} is not simulated: ${cure}.`);
    this.name = 'NotSimulated';
  }
}
