/** One behaviour that the documentation promises: what, and where it is promised. */
export type Requirement = { readonly id: string; readonly promise: string; readonly source: string };
