// The planning function as it is deployed, alone in a process, as on Lambda: what it asks of AWS is answered by the process that started this
// one. So its processor time and its memory are its own, whatever the simulated account needs.
import type { Underlay } from '../shared/aws/clients.ts';

/** What this process sends: a call, or at the end what the work took. */
export type FromFunction = { ready: true } | { call: AskedCall } | { usage: Usage };

export interface AskedCall {
  clientName: string;
  operation: string;
  region: string;
  input: object;
}

export interface Usage {
  cpuSeconds: number;
  /** The largest resident memory of the whole process, and that of its heap at the arrival of an answer. */
  memoryMebibytes: number;
  heapMebibytes: number;
  /** The same two before the work: the runtime and the code. */
  memoryBeforeMebibytes: number;
  heapBeforeMebibytes: number;
}

/** What this process is sent to begin with: the function's input, or calls to make and to forget the answers of. */
export type Work = { event: object } | { calls: AskedCall[] };

export type ToFunction = { work: Work } | { output: object } | { refusal: { name: string; message: string } };

const mebibyte = 1024 * 1024;
let heapBytes = 0;
let answered: ((output: object) => void) | undefined;
let refused: ((error: Error) => void) | undefined;

function ask(call: AskedCall): Promise<object> {
  return new Promise((resolve, reject) => {
    answered = resolve;
    refused = reject;
    process.send?.({ call } satisfies FromFunction);
  });
}

const underParent: Underlay = (client) => {
  const { config } = client;
  const stack: Stack = client.middlewareStack;
  stack.add(
    (_next, { clientName = '', commandName = '' }) =>
      async ({ input }) => {
        const operation = commandName.replace(/Command$/, '');
        return { response: {}, output: await ask({ clientName, operation, region: await config.region(), input }) };
      },
    { step: 'initialize', priority: 'low', name: 'answeredByParent', override: true },
  );
};

type Handler = (args: { input: object }) => Promise<{ response: unknown; output: object }>;
interface Stack {
  add(
    middleware: (next: Handler, context: { clientName?: string; commandName?: string }) => Handler,
    options: { step: 'initialize'; priority: 'low'; name: string; override: boolean },
  ): void;
}

// Not through shared/aws/clients.ts, which would load every client: the bundle has those alone that it uses.
globalThis.amiLifecycleUnderlay = underParent;
const [, , bundle = ''] = process.argv;
const module: { handler: (event: object, context: object) => Promise<unknown> } = await import(bundle);
// The work: the first message; every other is an answer.
process.on('message', (message: ToFunction) => {
  if ('work' in message) return void measured(message.work);
  heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
  if ('output' in message) answered?.(message.output);
  else refused?.(Object.assign(new Error(message.refusal.message), { name: message.refusal.name }));
});
process.send?.({ ready: true } satisfies FromFunction);

async function measured(work: Work): Promise<void> {
  const memoryBefore = process.resourceUsage().maxRSS;
  const heapBefore = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  if ('calls' in work) for (const call of work.calls) await ask(call).catch(() => undefined);
  else await module.handler(work.event, { functionName: 'plan-retirement' });
  const { user, system } = process.cpuUsage(cpu);
  const usage: Usage = {
    cpuSeconds: (user + system) / 1e6,
    memoryMebibytes: process.resourceUsage().maxRSS / 1024,
    heapMebibytes: heapBytes / mebibyte,
    memoryBeforeMebibytes: memoryBefore / 1024,
    heapBeforeMebibytes: heapBefore / mebibyte,
  };
  process.send?.({ usage } satisfies FromFunction);
  process.disconnect();
}
