import { allPages } from '@coder/api';
import { Command } from 'commander';
import { chosenOrganization, findOrganization, orgOption } from '../../organization-ref.ts';
import { renderDetails } from '../../output/details.ts';
import { type OutputFormat, outputOption } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { printOrganizations } from './list.ts';

type Flags = { output: OutputFormat; onlyId?: boolean; org?: string };

/** `coder organizations show`. */
export function showSubcommand(): Command {
  return new Command('show')
    .description('Show an organization')
    .argument(
      '[organization]',
      'name or id; "me" for all that you belong to; else the one of --org or your only one',
    )
    .addOption(orgOption())
    .option('--only-id', 'print the id alone')
    .addOption(outputOption())
    .action(async (ref: string | undefined, flags: Flags, command: Command) => {
      const client = clientOf(command);
      if (ref === 'me') {
        const mine = await allPages((page) => client.users.organizations({ user: 'me', ...page }));
        if (flags.onlyId) for (const { id } of mine) console.log(id);
        else printOrganizations(flags.output, mine);
        return;
      }
      const one =
        ref === undefined || ref === 'selected'
          ? await chosenOrganization(client, flags.org)
          : await findOrganization(client, ref);
      if (flags.onlyId) console.log(one.id);
      else if (flags.output === 'json') console.log(JSON.stringify(one, null, 2));
      else {
        console.log(
          renderDetails([
            ['Name', one.name],
            ['Display name', one.display_name],
            ['Description', one.description],
            ['Id', one.id],
            ['Default', one.is_default ? 'yes' : 'no'],
            ['Created at', one.created_at],
          ]),
        );
      }
    });
}
