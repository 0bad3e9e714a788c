import { AutoScalingServiceException } from '@aws-sdk/client-auto-scaling';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { NoSuchBucket, NoSuchKey, NotFound, S3ServiceException } from '@aws-sdk/client-s3';
import { ExecutionDoesNotExist, InvalidArn, SFNServiceException } from '@aws-sdk/client-sfn';
import { SNSServiceException } from '@aws-sdk/client-sns';
import {
  ParameterAlreadyExists,
  ParameterNotFound,
  ParameterVersionNotFound,
  SSMServiceException,
} from '@aws-sdk/client-ssm';
import type { ServiceFailure } from './service-failure.ts';

interface Metadata {
  httpStatusCode: number;
  requestId: string;
  attempts: number;
  totalRetryDelay: number;
}

/** A failure as the SDK's client of that service throws it: modelled classes where there are any (EC2 has none). */
export function serviceException(
  service: string,
  failure: ServiceFailure,
  requestId: string,
  attempts: number,
  totalRetryDelay: number,
): Error {
  const $metadata: Metadata = { httpStatusCode: failure.statusCode, requestId, attempts, totalRetryDelay };
  const { code: name, message } = failure;
  const $fault = failure.statusCode < 500 ? ('client' as const) : ('server' as const);
  const options = { name, message, $fault, $metadata };
  // The query and XML protocols leave the code on the error as well.
  return Object.assign(exceptionOf(service, options), { Code: name });
}

function exceptionOf(service: string, options: ConstructorParameters<typeof EC2ServiceException>[0]): Error {
  const message = options.message ?? '';
  const modelled = { message, $metadata: options.$metadata };
  switch (`${service} ${options.name}`) {
    case 's3 NoSuchKey':
      return new NoSuchKey(modelled);
    case 's3 NotFound':
      return new NotFound(modelled);
    case 's3 NoSuchBucket':
      return new NoSuchBucket(modelled);
    case 'ssm ParameterNotFound':
      return new ParameterNotFound(modelled);
    case 'ssm ParameterAlreadyExists':
      return new ParameterAlreadyExists(modelled);
    case 'ssm ParameterVersionNotFound':
      return new ParameterVersionNotFound(modelled);
    case 'states ExecutionDoesNotExist':
      return new ExecutionDoesNotExist(modelled);
    case 'states InvalidArn':
      return new InvalidArn(modelled);
  }
  switch (service) {
    case 's3':
      return new S3ServiceException(options);
    case 'ssm':
      return new SSMServiceException(options);
    case 'sns':
      return new SNSServiceException(options);
    case 'states':
      return new SFNServiceException(options);
    case 'auto-scaling':
      return new AutoScalingServiceException(options);
    default:
      return new EC2ServiceException(options);
  }
}
