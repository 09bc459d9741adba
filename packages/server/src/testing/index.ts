export { createNoopLogger } from '../logger.ts';
export { type TestUser, type TestUserOptions, testActor, testUser } from './actors.ts';
export { type TestApi, testAccessUrl, testApi } from './api.ts';
export { valuesReplaced } from './audited-changes.ts';
export { failure } from './failure.ts';
export { testOrganizations } from './organizations.ts';
export { type SeededBuild, type SeededTemplate, seedBuild, seedTemplate } from './seed-builds.ts';
export { type TestClock, testClock } from './test-clock.ts';
export { type TestDatabase, testDatabase } from './test-database.ts';
