/** Words of names whose values are nobody else's business. */
const SECRET =
  /secret|token|passw|passphrase|credential|api_?key|private_?key|access_?key|_key$|(?:^|_)pass$|_pwd$|cookie$|authorization$|^_auth$|session(?:_id|_key)?$|(?:^|_)dsn$|connection_url$/;
/** Names that speak of a secret without holding one: how long tokens live, how many there are, the half to give away. */
const ABOUT_ONE =
  /(?:lifetimes?|duration|ttl|expir(?:y|es|ation)(?:_at|_in)?|type|count|length|limit|stdin|public_key)$|(?:max|min|num|prompt|completion|input|output|total)_tokens$/;

/** Whether a setting, a field, a variable or a flag of this name holds a secret, as far as its name tells: `DB_PASSWORD`, `apiKey`. */
export function isSecretName(name: string): boolean {
  const plain = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-.\s]+/g, '_')
    .toLowerCase();
  return SECRET.test(plain) && !ABOUT_ONE.test(plain);
}
