import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { InputError } from './input-error.ts';
import { complainOf, type Output, processOutput } from './output.ts';
import { addPoliciesCommand } from './policies/command.ts';
import { addSimulateCommand } from './simulation/command.ts';

/** 0: all is well. 1: what was asked for was done, and found something wrong. 2: the input or the usage is wrong. 3: a fault of this program. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What every subcommand is given. */
export interface CommandContext {
  output: Output;
  /** Called at the end of a command; without a call the code is 0. */
  finish: (code: ExitCode) => void;
}

/**
 * Runs the command.
 * @param argv the arguments after the command's own name
 * @returns the exit code; whatever goes wrong is printed
 */
export async function run(argv: readonly string[], output: Output = processOutput()): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const context: CommandContext = {
    output,
    finish: (code) => {
      exitCode = code;
    },
  };
  try {
    await programFor(context).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander throws also when it has printed help; its code is then 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InputError) {
      complainOf(error, output);
      return 2;
    }
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    output.complain(
      `${output.styleError('red', 'error:')} this is a fault of ami-lifecycle itself, please report it: ${told}`,
    );
    return 3;
  }
}

function programFor(context: CommandContext): Command {
  const { output } = context;
  const program = new Command('ami-lifecycle')
    .description('Keeps good machine images of tagged EC2 instances.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd()),
      writeErr: (text) => output.complain(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, output.styleError('red', 'error:'))),
    })
    .showHelpAfterError('(add --help for how to use it)');
  addPoliciesCommand(program, context);
  addSimulateCommand(program, context);
  return program;
}
