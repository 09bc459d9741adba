type Reason = { readonly what: string; readonly fix: string };
/** Why a request got no answer, and whether it was for lack of time. */
export type Explained = Reason & { readonly late: boolean };

const untrusted = {
  what: 'its certificate is not signed by an authority that this machine knows',
  fix: 'Install a certificate of a public authority together with its intermediate certificates; hosted clients take no other.',
};
const cut = {
  what: 'the connection was closed before an answer came',
  fix: 'Look into the log of the server, and of the proxy in front of it if there is one.',
};

/** By the code of the error that the platform gives as the cause. */
const byCode: Record<string, (host: string) => Reason> = {
  ENOTFOUND: (host) => ({
    what: `the name ${host} is not known`,
    fix: 'Correct the address, or enter the name in DNS with an A record.',
  }),
  EAI_AGAIN: (host) => ({
    what: `the name ${host} could not be looked up`,
    fix: 'Check the DNS servers of this machine.',
  }),
  ECONNREFUSED: (host) => ({
    what: `nothing listens at ${host}`,
    fix: 'Start the server, or correct the address and its port.',
  }),
  EHOSTUNREACH: (host) => ({
    what: `there is no way to ${host}`,
    fix: 'Check the network and the firewall.',
  }),
  ENETUNREACH: (host) => ({ what: `there is no way to ${host}`, fix: 'Check the network and the firewall.' }),
  ECONNRESET: () => cut,
  EPIPE: () => cut,
  UND_ERR_SOCKET: () => cut,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: () => untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => untrusted,
  CERT_HAS_EXPIRED: () => ({ what: 'its certificate has expired', fix: 'Renew the certificate.' }),
  CERT_NOT_YET_VALID: () => ({
    what: 'its certificate is not valid yet',
    fix: 'Check the clocks of both machines, and the certificate.',
  }),
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => ({
    what: `its certificate is for another name than ${host}`,
    fix: `Install a certificate for ${host}, or use the name that the certificate is for.`,
  }),
  EPROTO: notTls,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
};

function notTls(host: string): Reason {
  return {
    what: `${host} does not speak TLS at this port`,
    fix: 'Put a proxy with a certificate in front of the server, or correct the port.',
  };
}

/** Why a request got no answer, and what to do about it. `ms` is how long it was given. */
export function explainFailure(error: unknown, url: string, ms: number): Explained {
  const { host } = new URL(url);
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return {
      late: true,
      what: `${host} has not answered within ${ms / 1_000} s`,
      fix: 'Check the firewall, and whether the proxy in front of the server reaches it.',
    };
  }
  const known = codesOf(error).find((code) => byCode[code] !== undefined);
  if (known !== undefined) return { late: false, ...(byCode[known]?.(host) ?? cut) };
  if (codesOf(error).some((code) => code.startsWith('HPE_'))) {
    return { late: false, what: `${host} does not answer in HTTP`, fix: 'Correct the address and its port.' };
  }
  const reason = causeOf(error);
  return {
    late: false,
    what: `the request to ${host} failed (${reason})`,
    fix: 'Check the address and the network.',
  };
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : causeOf(error.cause);
}

/** The codes of an error and of everything that it came from. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as NodeJS.ErrnoException;
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...(code === undefined ? [] : [code]), ...codesOf(error.cause), ...inner];
}
