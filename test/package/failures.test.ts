import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { bundling } from '../../deploy/bundle.ts';
import { namesOfFailures } from './failing-calls.ts';

const xml = (code: string): string =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
const json = (type: string): string => JSON.stringify({ __type: type, message: 'no' });

/** What AWS answers, by what is asked: the action in a query's body, the target of a JSON call, or the method. */
const answers: [asked: RegExp, status: number, body: string][] = [
  [
    /Action=DescribeImages/,
    400,
    '<Response><Errors><Error><Code>InvalidAMIID.NotFound</Code><Message>no</Message></Error></Errors></Response>',
  ],
  [/Action=DescribeAutoScalingGroups/, 400, xml('InvalidNextToken')],
  [/Action=Publish/, 404, xml('NotFound')],
  [/DescribeExecution/, 400, json('com.amazonaws.swf.service.v2.model#ExecutionDoesNotExist')],
  [/GetParameter/, 400, json('ParameterNotFound')],
  [/^HEAD /, 404, ''],
  [/^GET /, 404, '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>'],
  [/^POST .*restore/, 409, '<Error><Code>RestoreAlreadyInProgress</Code><Message>no</Message></Error>'],
];

const names = {
  DescribeImages: 'InvalidAMIID.NotFound',
  DescribeAutoScalingGroups: 'InvalidNextToken',
  GetObject: 'NoSuchKey',
  HeadObject: 'NotFound',
  RestoreObject: 'RestoreAlreadyInProgress',
  DescribeExecution: 'ExecutionDoesNotExist',
  // SNS sends another name than the SDK gives.
  Publish: 'NotFoundException',
  GetParameter: 'ParameterNotFound',
};

async function refuse(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const asked = `${request.method} ${request.url} ${String(request.headers['x-amz-target'])} ${body}`;
  const [, status, answer] = answers.find(([pattern]) => pattern.test(asked)) ?? [/^/, 500, ''];
  response.writeHead(status).end(answer);
}

const server = createServer((request, response) => void refuse(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
const directory = mkdtempSync(join(tmpdir(), 'ami-lifecycle-failures-'));
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

describe('A failure of AWS that comes over the wire', () => {
  it('has the name that we know it by', async () => {
    expect(await namesOfFailures(endpoint)).toEqual(names);
  });

  it('has the same name in a bundle, which leaves out most of the SDK', async () => {
    const outdir = join(directory, 'node_modules');
    await build({ ...bundling, entryPoints: [join(projectDirectory, 'test/package/failing-calls.ts')], outdir });
    const built: { namesOfFailures: typeof namesOfFailures } = await import(join(outdir, 'failing-calls.mjs'));
    expect(await built.namesOfFailures(endpoint)).toEqual(names);
  });
});
