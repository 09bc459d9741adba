/** Lets go at once of what this server holds in memory about who may do what; the others hear of it from the database. */
export type Forget = {
  user(userId: string): void;
  /** Everybody in a group; an organization's id stands for all of its members. */
  group(groupId: string): void;
};
