import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { type Output, processOutput } from '../cli/output.ts';
import { addExploreCommand } from './command.ts';
import { PlacementUnreadable } from './placements.ts';
import { WorldUnknown } from './worlds.ts';

/** 0: nothing broke. 1: something did. 2: the input is wrong. 3: a fault of the explorer itself. */
type ExitCode = 0 | 1 | 2 | 3;

/**
 * Runs the command.
 * @param argv the arguments after the script's own name
 */
export async function run(argv: readonly string[], output: Output = processOutput()): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = new Command('npm run explore --')
    .description('Meets every moment of every workflow with every fault, and says what broke.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd()),
      writeErr: (text) => output.complain(text.trimEnd()),
    })
    .showHelpAfterError('(add --help for how to use it)');
  addExploreCommand(program, {
    output,
    finish: (hasBreaches) => {
      exitCode = hasBreaches ? 1 : 0;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof PlacementUnreadable || error instanceof WorldUnknown) {
      output.complain(`${output.styleError('red', 'error:')} ${error.message}`);
      return 2;
    }
    output.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 3;
  }
}

if (import.meta.main) {
  // Whoever has read enough, as `head` has, closes the pipe.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 3));
  process.exitCode = await run(process.argv.slice(2));
}
