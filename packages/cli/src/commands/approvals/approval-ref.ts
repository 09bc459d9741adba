import { type ApiClient, type Approval, isUuid } from '@coder/api';
import { CliError } from '../../cli-error.ts';

/** The request the user means: by its id, or by how the id begins where that is clear. */
export async function findApproval(client: ApiClient, ref: string): Promise<Approval> {
  const given = ref.toLowerCase();
  if (isUuid(given)) return client.approvals.get({ approval: given });
  const { approvals } = await client.approvals.list({ limit: 1000 });
  const found = approvals.filter(({ id }) => given.length >= 4 && id.startsWith(given));
  if (found.length === 1 && found[0]) return found[0];
  throw new CliError(
    found.length > 1
      ? `Several requests begin with "${ref}". Give more of the id.`
      : `No request "${ref}". See "coder approvals list".`,
  );
}
