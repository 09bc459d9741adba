import { type RouteMeta, scopeFor } from '@coder/api';

/** What holds for all who call a route, in sentences. */
export function wordsOf({ auth, permission, session, audit, approval }: RouteMeta): string {
  const sentences: string[] = [];
  if (auth === 'none') sentences.push('Anybody may call it.');
  if (auth === 'agent') sentences.push("For a workspace's agent.");
  if (session === true) sentences.push('Takes the session of a person, and no token.');
  else if (permission === 'signed-in') sentences.push('Any token will do.');
  else if (permission !== undefined) {
    const scope = scopeFor(permission);
    sentences.push(
      scope === permission
        ? `Needs the scope \`${scope}\`.`
        : `Needs the permission \`${permission}\`, which the scope \`${scope}\` gives.`,
    );
  }
  if (session === 'while-approving') {
    sentences.push('Takes the session of a person where approvals are demanded of the user.');
  }
  if (approval) sentences.push('A person may have to approve it first.');
  if (audit) sentences.push('It is written into the audit log.');
  return sentences.join(' ');
}
