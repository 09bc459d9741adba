import { textOf, textsOf } from '../http/read-document.ts';

/** What is used of an authorization server's document (RFC 8414). */
export type ServerMetadata = {
  readonly issuer: string;
  readonly authorizationEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly registrationEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
  /** These are undefined where the document does not hold them. */
  readonly responseTypes: readonly string[] | undefined;
  readonly grantTypes: readonly string[] | undefined;
  readonly challengeMethods: readonly string[] | undefined;
  readonly authMethods: readonly string[] | undefined;
  /** Whether clients may introduce themselves by a document. */
  readonly takesDocuments: boolean;
  /** Whether answers of an authorization say who they are from (RFC 9207). */
  readonly issInResponse: boolean;
  /** The document itself, for the MCP SDK. */
  readonly document: Record<string, unknown>;
};

export function serverMetadata(document: Record<string, unknown>): ServerMetadata {
  return {
    issuer: textOf(document.issuer) ?? '',
    authorizationEndpoint: textOf(document.authorization_endpoint),
    tokenEndpoint: textOf(document.token_endpoint),
    registrationEndpoint: textOf(document.registration_endpoint),
    revocationEndpoint: textOf(document.revocation_endpoint),
    responseTypes: textsOf(document.response_types_supported),
    grantTypes: textsOf(document.grant_types_supported),
    challengeMethods: textsOf(document.code_challenge_methods_supported),
    authMethods: textsOf(document.token_endpoint_auth_methods_supported),
    takesDocuments: document.client_id_metadata_document_supported === true,
    issInResponse: document.authorization_response_iss_parameter_supported === true,
    document,
  };
}
