import type { ClientProfile } from '../clients/index.ts';
import type { Examination } from '../examination.ts';
import type { ServerMetadata } from './server-metadata.ts';

/** A client on its way in: the examination, who it is, and what its steps have found so far. */
export type Walk = Examination & {
  readonly client: ClientProfile;
  found: Found;
};

type Found = {
  readonly resource?: ResourceMetadata;
  readonly server?: ServerMetadata;
  readonly registered?: Registered;
};

/** What is used of a protected-resource document (RFC 9728). */
export type ResourceMetadata = {
  readonly url: string;
  readonly resource: string;
  readonly authorizationServer: string;
  /** What a client asks for: the scopes of the challenge, else those of the document. */
  readonly scope: string | undefined;
};

/** A client that the authorization server knows from now on. */
export type Registered = {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** How it can be deleted again (RFC 7592); undefined for one that was not made here, or cannot be. */
  readonly management?: { readonly url: string; readonly token: string };
};
