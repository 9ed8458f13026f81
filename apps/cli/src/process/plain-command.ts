import { Command, Help, type HelpContext, type Option } from 'commander';
import { UsageError } from './exit.js';

/** A command of `tidemark`: it marks required options in its help, and says in one line that it needs a subcommand. */
export class PlainCommand extends Command {
  override createHelp(): Help {
    return Object.assign(new PlainHelp(), this.configureHelp());
  }

  /** @throws UsageError where Commander shows the help of a group that was called without a command */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context !== 'object' || !context.error) return super.help(context as HelpContext);
    const names = this.commands.map((command) => command.name()).join(', ');
    throw new UsageError(`name a command: ${names} (${calledAs(this)} --help says what each does)`);
  }
}

function calledAs(command: Command): string {
  return command.parent ? `${calledAs(command.parent)} ${command.name()}` : command.name();
}

class PlainHelp extends Help {
  override optionDescription(option: Option): string {
    const description = super.optionDescription(option);
    return option.mandatory && option.defaultValue === undefined ? `${description} (required)` : description;
  }
}
